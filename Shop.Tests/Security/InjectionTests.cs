using System.Net;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>Text that would be code in a page, or a line of its own in a log.</summary>
[Collection(nameof(AttackedShop))]
public class InjectionTests(AttackedShop shop)
{
    [Theory, Trait("Checklist", "I9")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("javascript:alert(1)//")]
    [InlineData("</script><!--")]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("{{constructor.constructor('alert(1)')()}}")]
    public async Task Stored_markup_comes_back_as_JSON_that_no_browser_renders(string name)
    {
        var http = await shop.OperatorAsync();
        var id = (Guid)(await Customer.Read(
            await http.SendAsync(HttpMethod.Post, "/api/products", Visitors.Product(name: name)),
            HttpStatusCode.Created))["id"]!;

        var answer = await shop.Attacker.SendAsync(
            shop.At("gateway", $"/api/products/{id}"), "GET", headers: ("Accept", "text/html"));

        Assert.Equal(name, (string?)answer.Json["name"]);
        Assert.Equal("application/json; charset=utf-8", answer.ContentType);
        Assert.Contains("X-Content-Type-Options: nosniff", answer.Headers, StringComparison.Ordinal);
    }

    [Theory, Trait("Checklist", "I9")]
    [InlineData("/api/products/<script>alert(1)</script>")]
    [InlineData("/api/products?limit=<script>alert(1)</script>")]
    [InlineData("/api/products?search=a&after=<script>alert(1)</script>")]
    [InlineData("/<script>alert(1)</script>")]
    public async Task A_refusal_does_not_repeat_the_input(string path)
    {
        var answer = await shop.Attacker.SendAsync(shop.At("gateway", path), "GET", headers: ("Accept", "text/html"));

        Assert.InRange((int)answer.Status, 400, 404);
        Assert.DoesNotContain("<script", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("nosniff", answer.Headers, StringComparison.Ordinal);
        Assert.DoesNotContain("text/html", answer.ContentType ?? "", StringComparison.Ordinal);
    }

    [Fact, Trait("Checklist", "I9")]
    public async Task Input_cannot_add_a_line_to_a_log()
    {
        var targets = await shop.TargetsAsync();
        var mark = $"forged-{Guid.CreateVersion7():N}";
        var forged = $"x\r\ninfo: Shop.Users[0]\r\n      {mark}\u001b[2J";
        var escaped = Uri.EscapeDataString(forged);

        foreach (var endpoint in InputEndpoints.All)
        {
            foreach (var (_, template) in InputEndpoints.Templates(
                endpoint, value => value.GetValueKind() == System.Text.Json.JsonValueKind.String, "@@"))
                await shop.SendAsync(
                    endpoint,
                    targets,
                    template.Replace(
                        "@@", System.Text.Json.JsonSerializer.Serialize(forged), StringComparison.Ordinal));
        }

        foreach (var (service, path) in ((string, string)[])[
            ("gateway", $"/api/{escaped}"),
            ("orders", $"/api/products/{escaped}"),
            ("orders", $"/api/products?search={escaped}&{escaped}=1"),
            ("users", $"/{escaped}"),
        ])
            await shop.Attacker.SendAsync(
                shop.At(service, path),
                "GET",
                $"{mark}.{mark}.{mark}",
                headers: [("User-Agent", mark), ("traceparent", mark), ("baggage", $"a={mark}")]);

        foreach (var (service, line) in await shop.ConsolesAsync())
        {
            Assert.False(line.TrimStart().StartsWith(mark, StringComparison.Ordinal), $"{service}: {line}");
            Assert.False(
                line.Contains(mark, StringComparison.Ordinal) && line.Contains('\u001b'), $"{service}: {line}");
        }
    }
}

internal static class Consoles
{
    /// <summary>Every line that any process of the shop has written.</summary>
    public static async Task<List<(string Resource, string Line)>> ConsolesAsync(this RunningShop shop)
    {
        var logs = shop.App.Services.GetRequiredService<ResourceLoggerService>();
        var model = shop.App.Services.GetRequiredService<DistributedApplicationModel>();
        var lines = new List<(string, string)>();
        foreach (var resource in model.Resources)
        {
            await foreach (var batch in logs.GetAllAsync(resource))
                lines.AddRange(batch.Select(line => (resource.Name, line.Content)));
        }

        return lines;
    }
}
