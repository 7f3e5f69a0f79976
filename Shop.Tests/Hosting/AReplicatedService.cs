using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace Shop.Tests.Hosting;

public class AReplicatedService
{
    private const int Requests = 20;

    [Fact]
    public async Task Is_served_by_both_goes_on_when_one_dies_and_has_two_again()
    {
        Requires.LocalHostOnLinux();
        await using var app = await StartAsync();
        using var client = app.App.CreateHttpClient("service", "http");
        var both = await Eventually.Is(() => AskAsync(client), served => served.Count == 2, what: "Service by both");

        await Processes.SignalAsync(both.First(), "KILL");
        await Eventually.Equals(false, () => Task.FromResult(Processes.Lives(both.First())), what: "The end of the first");

        Assert.Contains(both.Last(), await AskAsync(client));
        await Eventually.Is(() => AskAsync(client), served => served.Count == 2 && !served.Contains(both.First()), what: "Service by both again");
    }

    [Fact]
    public async Task Gets_no_connections_where_it_is_not_ready()
    {
        Requires.LocalHost();
        await using var app = await StartAsync();
        using var client = app.App.CreateHttpClient("service", "http");
        await Eventually.Is(() => AskAsync(client), served => served.Count == 2, what: "Service by both");

        var left = int.Parse(await client.GetStringAsync(new Uri("/unready", UriKind.Relative), TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);

        await Eventually.Is(() => AskAsync(client), served => !served.Contains(left), what: "Service by the other alone");
    }

    private static Task<SmallApp> StartAsync() => SmallApp.StartAsync(builder => builder.AddProject<Projects.Shop_Shipping>("service")
        .WithHttpEndpoint().WithHttpHealthCheck("/ready").WithReplicas(2)
        .WithEnvironment(StartupHook.Variable, StartupHook.Path)
        .WithEnvironment(StartupHook.ProgramVariable, nameof(SmallService)));

    /// <summary>The processes that answer. Each request comes by a connection of its own, for that is what the replicas take turns at.</summary>
    private static async Task<HashSet<int>> AskAsync(HttpClient client)
    {
        HashSet<int> served = [];
        for (var asked = 0; asked < Requests; asked++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { ConnectionClose = true } };
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            served.Add(int.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(), CultureInfo.InvariantCulture));
        }

        return served;
    }
}
