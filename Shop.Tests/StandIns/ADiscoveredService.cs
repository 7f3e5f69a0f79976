using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace Shop.Tests.StandIns;

public class ADiscoveredService
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https+http://catalog")]
    [InlineData("http://catalog")]
    public async Task Is_reached_by_its_name(string name)
    {
        await using var server = await LocalServer.Saying("hello");
        await using var clients = Knowing(new() { ["services:catalog:http:0"] = server.Address.ToString() });

        Assert.Equal("hello", await clients.Create().GetStringAsync(new Uri(name), Cancel));
    }

    [Fact]
    public async Task Is_reached_at_its_endpoints_in_turn()
    {
        await using var one = await LocalServer.Saying("one");
        await using var two = await LocalServer.Saying("two");
        await using var clients = Knowing(new()
        {
            ["services:catalog:http:0"] = one.Address.ToString(),
            ["services:catalog:http:1"] = two.Address.ToString(),
        });

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
            answers.Add(await clients.Create().GetStringAsync(new Uri("http://catalog"), Cancel));

        Assert.Equal(["one", "one", "two", "two"], answers.Order());
        Assert.NotEqual(answers[0], answers[1]);
    }

    [Fact]
    public async Task Has_endpoints_of_other_names()
    {
        await using var admin = await LocalServer.Saying("admin");
        await using var clients = Knowing(new()
        {
            ["services:catalog:http:0"] = "http://127.0.0.1:1",
            ["services:catalog:admin:0"] = admin.Address.ToString(),
        });

        Assert.Equal("admin", await clients.Create().GetStringAsync(new Uri("http://_admin.catalog"), Cancel));
    }

    [Fact]
    public async Task May_live_below_a_path()
    {
        await using var server = await LocalServer.Start(app => app.MapGet("/v1/lamps", () => "a lamp"));
        await using var clients = Knowing(new() { ["services:catalog:http:0"] = server.At("/v1").ToString() });

        Assert.Equal("a lamp", await clients.Create().GetStringAsync(new Uri("http://catalog/lamps"), Cancel));
    }

    [Fact]
    public async Task Is_reached_by_https_where_it_has_both()
    {
        await using var clients = Knowing(new()
        {
            ["services:catalog:https:0"] = "https://127.0.0.1:7001",
            ["services:catalog:http:0"] = "http://127.0.0.1:5001",
        });

        var found = await clients.Services.GetRequiredService<ServiceEndpointResolver>().GetEndpointsAsync("https+http://catalog", Cancel);

        var endpoint = Assert.IsType<UriEndPoint>(Assert.Single(found.Endpoints).EndPoint);
        Assert.Equal(new Uri("https://127.0.0.1:7001"), endpoint.Uri);
    }

    [Fact]
    public async Task Is_followed_when_it_moves()
    {
        await using var one = await LocalServer.Saying("one");
        await using var two = await LocalServer.Saying("two");
        await using var clients = Knowing(new() { ["services:catalog:http:0"] = one.Address.ToString() });
        Assert.Equal("one", await clients.Create().GetStringAsync(new Uri("http://catalog"), Cancel));

        clients.Change("services:catalog:http:0", two.Address.ToString());

        await Eventually.Equals("two", () => clients.Create().GetStringAsync(new Uri("http://catalog"), Cancel), what: "The answer of the new endpoint");
    }

    [Fact]
    public async Task Leaves_the_request_as_it_was()
    {
        await using var server = await LocalServer.Saying("hello");
        await using var clients = Knowing(new() { ["services:catalog:http:0"] = server.Address.ToString() });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://catalog/");

        using var response = await clients.Create().SendAsync(request, Cancel);

        Assert.Equal(new Uri("http://catalog/"), request.RequestUri);
    }

    [Fact]
    public async Task Does_not_hide_real_addresses()
    {
        await using var server = await LocalServer.Saying("hello");
        await using var clients = Knowing([]);

        Assert.Equal("hello", await clients.Create().GetStringAsync(server.Address, Cancel));
    }

    private static LocalClients Knowing(Dictionary<string, string?> endpoints) => new(
        services => services.AddServiceDiscovery().ConfigureHttpClientDefaults(client => client.AddServiceDiscovery()), endpoints);
}
