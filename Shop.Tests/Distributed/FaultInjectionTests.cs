using System.Net;
using Shop.Tests.Security;

namespace Shop.Tests.Distributed;

/// <summary>Who may inject faults, and which: the AppHost carries out nothing that is not in its list.</summary>
[Collection(nameof(SharedShop))]
public class FaultInjectionTests(SharedShop shop)
{
    private const string Commands = "/api/development/commands";
    private const string Address = "Development__Commands__Address";
    private const string Key = "Development__Commands__Key";

    [Fact]
    public async Task The_app_host_refuses_whoever_does_not_know_the_key()
    {
        var settings = await SettingsAsync();
        using var http = Clients.WithOwnConnectionsTo(new(settings[Address]));

        Assert.True(http.BaseAddress!.IsLoopback);
        foreach (var key in (string?[])[null, "", "wrong", settings[Key][1..], settings[Key][..^1]])
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
                Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, method, "/", key));
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, HttpMethod.Get, "/", settings[Key]));
    }

    [Theory]
    [InlineData("postgres", "stop")]
    [InlineData("gateway", "stop")]
    [InlineData("orders", "seed-orders")]
    [InlineData("payments", "reconcile")]
    [InlineData("redis", "stop")]
    [InlineData("nobody", "lose-messages")]
    [InlineData("..", "..")]
    public async Task The_app_host_carries_out_what_is_in_its_list_and_nothing_else(string resource, string command)
    {
        var settings = await SettingsAsync();
        using var http = Clients.WithOwnConnectionsTo(new(settings[Address]));
        var operators = await shop.NewOperatorAsync();

        var path = $"/{Uri.EscapeDataString(resource)}/{Uri.EscapeDataString(command)}";
        Assert.Contains(
            await AskAsync(http, HttpMethod.Post, path, settings[Key]),
            (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
        using var answer = await operators.SendAsync($"{Commands}{path}");
        Assert.Contains(
            answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Operators_see_the_commands_and_nobody_else_does()
    {
        var customer = await shop.NewCustomerAsync();
        using var anybody = shop.NewClient();
        var operators = await shop.NewOperatorAsync();

        await (await anybody.GetAsync(new Uri(Commands, UriKind.Relative), Cancel))
            .IsProblemAsync(HttpStatusCode.Unauthorized);
        await (await customer.Http.GetAsync(new Uri(Commands, UriKind.Relative), Cancel))
            .IsProblemAsync(HttpStatusCode.Forbidden);
        await (await customer.Http.SendAsync($"{Commands}/redis/lose-messages"))
            .IsProblemAsync(HttpStatusCode.Forbidden);
        var items = (await operators.ReadAsync(Commands))["items"]!.AsArray();

        Assert.Equal(
            [
                "payments start False", "payments stop True", "redis duplicate-messages True",
                "redis lose-messages True", "shipping start False", "shipping stop True",
            ],
            items.Select(item => $"{item!["resource"]} {item["command"]} {(bool)item["enabled"]!}").Order(
                StringComparer.Ordinal));
        using var document = await anybody.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative), Cancel);
        Assert.DoesNotContain(
            "development", await document.Content.ReadAsStringAsync(Cancel), StringComparison.OrdinalIgnoreCase);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<Dictionary<string, string>> SettingsAsync()
    {
        var seen = await shop.SeenAsync("gateway", seen => seen.Snapshot.EnvironmentVariables.Length > 0);
        var settings = seen.Snapshot.EnvironmentVariables.Where(variable => variable.Name is Address or Key)
            .ToDictionary(variable => variable.Name, variable => variable.Value!);
        Assert.Equal([Address, Key], settings.Keys.Order(StringComparer.Ordinal));
        return settings;
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, HttpMethod method, string path, string? key)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("X-Command-Key", key));

        using var answer = await http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }
}
