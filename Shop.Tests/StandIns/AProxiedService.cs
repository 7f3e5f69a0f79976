using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace Shop.Tests.StandIns;

public class AProxiedService
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_reached_at_all_its_endpoints()
    {
        await using var one = await LocalServer.Saying("one");
        await using var two = await LocalServer.Saying("two");
        await using var proxy = await Proxy(one.Address, two.Address);
        await using var clients = new LocalClients(_ => { });

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
            answers.Add(await clients.Create().GetStringAsync(proxy.Address, Cancel));

        Assert.Equal(["one", "one", "two", "two"], answers.Order());
    }

    [Fact]
    public async Task Has_one_destination_for_each_endpoint()
    {
        await using var one = await LocalServer.Saying("one");
        await using var two = await LocalServer.Saying("two");
        await using var proxy = await Proxy(one.Address, two.Address);

        var cluster = Assert.Single(proxy.Services.GetRequiredService<IProxyStateLookup>().GetClusters());

        Assert.Equal(
            new[] { $"{one.Address}", $"{two.Address}" }.Order(StringComparer.Ordinal),
            cluster.Destinations.Values.Select(destination => destination.Model.Config.Address).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Is_followed_when_it_moves()
    {
        await using var one = await LocalServer.Saying("one");
        await using var two = await LocalServer.Saying("two");
        await using var proxy = await Proxy(one.Address);
        await using var clients = new LocalClients(_ => { });
        Assert.Equal("one", await clients.Create().GetStringAsync(proxy.Address, Cancel));

        var configuration = (IConfigurationRoot)proxy.Services.GetRequiredService<IConfiguration>();
        configuration["services:catalog:http:0"] = two.Address.ToString();
        configuration.Reload();

        await Eventually.Equals("two", () => clients.Create().GetStringAsync(proxy.Address, Cancel), what: "The answer of the new endpoint");
    }

    [Fact]
    public async Task Is_reached_by_a_forwarded_route_too()
    {
        await using var one = await LocalServer.Saying("one");
        await using var forwarder = await LocalServer.Start(
            app => app.MapForwarder("/{**path}", "https+http://catalog"),
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(Endpoints(one.Address));
                builder.Services.AddServiceDiscovery().AddHttpForwarderWithServiceDiscovery();
            });
        await using var clients = new LocalClients(_ => { });

        Assert.Equal("one", await clients.Create().GetStringAsync(forwarder.Address, Cancel));
    }

    private static Task<LocalServer> Proxy(params Uri[] endpoints) => LocalServer.Start(
        app => app.MapReverseProxy(),
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(Endpoints(endpoints)).AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Proxy:Routes:all:ClusterId"] = "catalog",
                ["Proxy:Routes:all:Match:Path"] = "{**path}",
                ["Proxy:Clusters:catalog:LoadBalancingPolicy"] = "RoundRobin",
                ["Proxy:Clusters:catalog:Destinations:catalog:Address"] = "https+http://catalog",
            });
            builder.Services.AddServiceDiscovery()
                .AddReverseProxy()
                .LoadFromConfig(builder.Configuration.GetSection("Proxy"))
                .AddServiceDiscoveryDestinationResolver();
        });

    private static Dictionary<string, string?> Endpoints(params Uri[] endpoints) =>
        endpoints.Index().ToDictionary(endpoint => $"services:catalog:http:{endpoint.Index}", endpoint => (string?)endpoint.Item.ToString());
}
