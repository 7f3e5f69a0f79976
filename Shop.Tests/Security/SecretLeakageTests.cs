using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What the shop writes about itself holds no secret of anybody.</summary>
[Collection(nameof(AttackedShop))]
public class SecretLeakageTests(AttackedShop shop)
{
    [Fact, Trait("Checklist", "X")]
    public async Task No_secret_is_in_any_console_line_trace_metric_or_log()
    {
        var canaries = new Canaries();
        await canaries.PlantConnectionsAsync(shop);
        canaries.Plant("the payment token", Canaries.PaymentToken);
        shop.Telemetry.IsRecording = true;

        var last = await LiveAsync(canaries);
        // Traces leave in the order of their ends, so with the last one the others are here too.
        await Eventually.Is(
            () => Task.FromResult(shop.Telemetry.Count("traces", Convert.FromHexString(last.TraceId))),
            count => count > 0,
            what: "The trace of the last request");
        await Eventually.Is(
            () => Task.FromResult(shop.Telemetry.Count("metrics", "http.server.request.duration")),
            count => count > 1,
            what: "Metrics of requests");
        await Eventually.Is(
            () => Task.FromResult(shop.Telemetry.Count("logs", "Shop.")), count => count > 0, what: "Logs");
        shop.Telemetry.IsRecording = false;

        var consoles = await shop.ConsolesAsync();
        // That it would be found: what is no secret stands there to be read.
        Assert.NotEqual(0, shop.Telemetry.Count("traces", "/api/users/session"));
        Assert.NotEqual(0, shop.Telemetry.Count("traces", last.Order));
        Assert.NotEmpty(consoles);
        var found = canaries.All
            .SelectMany(
                secret =>
                    ((string[])["traces", "metrics", "logs"]).Where(
                        signal => shop.Telemetry.Count(signal, secret.Value) > 0)
                        .Select(signal => $"{secret.Key} in the {signal}"))
            .Concat(
                from line in consoles
                from secret in canaries.In(line.Line)
                select $"{secret} on the console of {line.Resource}: {line.Line.Split(' ')[0]}")
            .Distinct().Order().ToArray();
        Assert.True(found is [], string.Join('\n', found));
    }

    /// <summary>A customer's life with its mistakes; gives what the last request asked for, and its trace.</summary>
    private async Task<(string Order, string TraceId)> LiveAsync(Canaries canaries)
    {
        var targets = await shop.TargetsAsync();
        var unique = $"{Guid.CreateVersion7():N}";
        var (email, password) = ($"{Guid.CreateVersion7():N}@customers.example", $"canary password {unique}");
        canaries.Plant("the password", password);
        var account = await SendAsync("POST", "/api/users", new { email, password, name = "Canary" });
        Assert.True(account.Status == HttpStatusCode.Created, $"{account}");
        var session = await SendAsync("POST", "/api/users/session", new { email, password });
        Assert.True(session.Status == HttpStatusCode.OK, $"{session}");
        var (access, refresh) = ((string)session.Json["accessToken"]!, (string?)session.Json["refreshToken"]);
        canaries.Plant("the signature of the access token", access.Split('.')[2]);
        canaries.Plant("the refresh token", refresh);
        var renewed = await SendAsync("POST", "/api/users/session/refresh", new { refreshToken = refresh });
        canaries.Plant("the next refresh token", (string?)renewed.Json["refreshToken"]);

        var cookie = $"canary{unique}abcdefghijk";
        canaries.Plant("the cookie", cookie);
        (string, string)[] headers = [("Cookie", $"shop-cart={cookie}"), ("Idempotency-Key", Customer.NewKey())];
        await SendAsync(
            "PUT",
            "/api/cart",
            new { lines = new[] { new { productId = targets.Product, quantity = 1 } } },
            access,
            headers);
        foreach (var payment in (string[])[Canaries.PaymentToken, "tok_visa"])
        {
            var order = Customer.OrderOf(targets.Product, token: payment);
            var placed = await SendAsync("POST", "/api/orders", order, access, ("Idempotency-Key", Customer.NewKey()));
            Assert.True(placed.Status == HttpStatusCode.Created, $"{placed}");
            await Eventually.Is(
                async () =>
                    (string)(await SendAsync(
                        "GET", $"/api/orders/{placed.Json["id"]}/overview", null, access)).Json["order"]!["status"]!,
                status => status is "Delivered" or "Cancelled", what: "The canary's order");
        }

        await MistakesAsync(email, password, access, refresh!, cookie);
        var unknown = $"{Guid.CreateVersion7()}";
        return (unknown, (string)(await SendAsync("GET", $"/api/orders/{unknown}", null, access)).Json["traceId"]!);
    }

    /// <summary>Every place where a secret ends up by accident or by malice.</summary>
    private async Task MistakesAsync(string email, string password, string access, string refresh, string cookie)
    {
        var signature = access.Split('.')[2];
        await SendAsync("POST", "/api/users/session", new { email, password = $"{password}x" });
        await SendAsync("POST", "/api/users/session", new { email = password, password });
        await SendAsync("POST", "/api/users", new { email, password, name = "Once more" });
        await SendAsync(
            "POST",
            "/api/users",
            new JsonObject { ["email"] = email, ["password"] = new JsonArray(password), ["name"] = "Canary" });
        await SendAsync("POST", "/api/users/session/refresh", new { refreshToken = refresh, password });
        await SendAsync("POST", "/api/users/session/refresh", new { refreshToken = refresh });
        await SendAsync(
            "GET", $"/api/orders?access_token={signature}&password={Uri.EscapeDataString(password)}", null, access);
        await SendAsync("GET", "/api/orders", null, $"{access}x", ("Cookie", $"a={cookie}"));
        await SendAsync("GET", "/api/orders", null, access, ("Idempotency-Key", signature), ("X-Api-Key", refresh));
        await SendAsync(
            "POST",
            "/api/orders",
            new { paymentToken = Canaries.PaymentToken, password },
            access,
            ("Idempotency-Key", Customer.NewKey()));
        foreach (var service in AttackedShop.Services[1..])
        {
            using var broken = Attacker.Json($"{{\"password\":\"{password}\",\"refreshToken\":\"{refresh}");
            await shop.Attacker.SendAsync(shop.At(service, "/api/orders"), "POST", access, broken);
        }
    }

    private async Task<Answer> SendAsync(
        string verb, string path, object? body, string? token = null, params (string, string)[] headers)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        if (content is not null)
            await content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);

        return await shop.Attacker.SendAsync(shop.At("gateway", path), verb, token, content, headers);
    }

    [Fact, Trait("Checklist", "X")]
    public async Task Health_answers_tell_no_secret()
    {
        foreach (var service in AttackedShop.Services)
        {
            foreach (var path in (string[])["/health/live", "/health/ready"])
            {
                var answer = await shop.Attacker.SendAsync(shop.At(service, path), "GET");
                Assert.Equal((HttpStatusCode.OK, "Healthy"), (answer.Status, answer.Body));
            }
        }
    }

    [Fact, Trait("Checklist", "X")]
    public async Task Responses_do_not_name_the_server_software()
    {
        foreach (var service in AttackedShop.Services)
        {
            foreach (var path in (string[])[
                "/", "/health/live", "/api/products", "/openapi/v1.json", "/swagger", "/_framework/debug", "/.env",
                "/.git/config", "/appsettings.json", "/web.config", "/metrics", "/trace.axd",
            ])
            {
                var answer = await shop.Attacker.SendAsync(shop.At(service, path), "GET");
                Assert.DoesNotContain("Server:", answer.Headers, StringComparison.Ordinal);
                Assert.DoesNotContain("X-Powered-By", answer.Headers, StringComparison.Ordinal);
                Assert.DoesNotContain("ASP.NET", answer.Headers, StringComparison.OrdinalIgnoreCase);
                Assert.True(
                    !answer.IsSuccess || path is "/health/live" or "/api/products" or "/openapi/v1.json" or "/",
                    $"{answer}");
            }
        }
    }
}
