using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>A shop with two replicas of every service, of which single ones are stopped, killed and stalled.</summary>
[CollectionDefinition(nameof(ReplicatedShop))]
public sealed class ReplicatedShop : RunningShop, ICollectionFixture<ReplicatedShop>
{
    public const int Replicas = 2;

    public static readonly string[] Services = ["users", "orders", "payments", "shipping", "gateway"];

    protected override string[] Settings => [.. Services.Select(service => $"--Services:{service}:Replicas={Replicas}")];

    /// <summary>The ids of a service's replicas, once all of them are healthy.</summary>
    public async Task<string[]> ReplicasOfAsync(string service)
    {
        HashSet<string> healthy = [];
        await App.ResourceNotifications.WaitForResourceAsync(
            service,
            seen =>
            {
                if (seen.Snapshot.HealthStatus == HealthStatus.Healthy)
                    healthy.Add(seen.ResourceId);
                else
                    healthy.Remove(seen.ResourceId);

                return healthy.Count == Replicas;
            },
            TestContext.Current.CancellationToken);
        return [.. healthy.Order(StringComparer.Ordinal)];
    }

    public async Task AllHealthyAsync()
    {
        foreach (var service in Services)
            await ReplicasOfAsync(service);
    }

    /// <summary>To the replica of this id alone.</summary>
    public async Task CommandReplicaAsync(string replica, string command)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(replica, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, $"{command} {replica}: {result.Message}");
    }

    public async Task<int> ProcessOfAsync(string replica)
    {
        var seen = await App.ResourceNotifications.WaitForResourceAsync(replica, one => ProcessIn(one) is not null, TestContext.Current.CancellationToken);
        return Convert.ToInt32(ProcessIn(seen), CultureInfo.InvariantCulture);
    }

    public async Task<ConnectionMultiplexer> RedisAsync() =>
        await ConnectionMultiplexer.ConnectAsync((await App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken))!);

    private static object? ProcessIn(ResourceEvent seen) => seen.Snapshot.State?.Text == KnownResourceStates.Running
        ? seen.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value
        : null;
}
