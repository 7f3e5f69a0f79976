using System.Net;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>
/// A shop with two replicas of every service, of which single ones are stopped, killed and stalled. Aspire knows the
/// health of a service, asked through its proxy, but not of each replica: here replicas are asked at their own ports.
/// </summary>
[CollectionDefinition(nameof(ReplicatedShop))]
public sealed class ReplicatedShop : RunningShop, ICollectionFixture<ReplicatedShop>
{
    public const int Replicas = 2;

    public static readonly string[] Services = ["users", "orders", "payments", "shipping", "gateway"];

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(180);

    protected override string[] Settings => [.. Services.Select(service => $"--Services:{service}:Replicas={Replicas}")];

    /// <summary>The ids of a service's replicas, once all of them are ready.</summary>
    public async Task<string[]> ReplicasOfAsync(string service)
    {
        SortedSet<string> replicas = new(StringComparer.Ordinal);
        await SeenAsync(service, seen => replicas.Add(seen.ResourceId) && replicas.Count == Replicas);
        foreach (var replica in replicas)
            await ReadyAsync(replica);

        return [.. replicas];
    }

    public async Task AllReadyAsync()
    {
        foreach (var service in Services)
            await ReplicasOfAsync(service);
    }

    /// <summary>Waits until a replica says at its own port that it is ready.</summary>
    public Task ReadyAsync(string replica) => Eventually.Equals(
        HttpStatusCode.OK,
        async () =>
        {
            using var http = Clients.To(await AddressOfAsync(replica));
            return (await http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode;
        },
        StartTimeout,
        $"Readiness of {replica}");

    /// <summary>Gives a command to the replica of this id alone.</summary>
    public async Task CommandReplicaAsync(string replica, string command)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(replica, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, $"{command} {replica}: {result.Message}");
    }

    /// <summary>Starts a replica whose process has ended by a signal: DCP restarts nothing.</summary>
    public async Task StartAgainAsync(string replica, int ended)
    {
        await SeenAsync(replica, seen => KnownResourceStates.TerminalStates.Contains(seen.Snapshot.State?.Text));
        await CommandReplicaAsync(replica, KnownResourceCommands.StartCommand);
        await SeenAsync(replica, seen => ProcessId(seen) is { } process && process != ended);
    }

    public async Task<int> ProcessOfAsync(string replica) => ProcessId(await SeenAsync(replica, seen => ProcessId(seen) is not null))!.Value;

    public async Task<ConnectionMultiplexer> RedisAsync() =>
        await ConnectionMultiplexer.ConnectAsync((await App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken))!);

    private async Task<Uri> AddressOfAsync(string replica)
    {
        var seen = await SeenAsync(replica, seen => ProcessId(seen) is not null && Variable(seen, "ASPNETCORE_URLS") is not null);
        return new(Variable(seen, "ASPNETCORE_URLS")!);
    }

    private static string? Variable(ResourceEvent seen, string name) =>
        seen.Snapshot.EnvironmentVariables.FirstOrDefault(variable => variable.Name == name)?.Value;
}
