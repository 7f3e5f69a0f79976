using System.Diagnostics;
using System.Net;
using Shop.Tests.Messaging;

namespace Shop.Tests.Security;

/// <summary>Two gateways and a real Redis.</summary>
[Trait("Checklist", "R1")]
[Collection(nameof(Backends))]
public sealed class SharedRateLimitTests(Backends backends)
{
    private const int Quota = 100;

    [Fact]
    public async Task Replicas_share_their_counts()
    {
        await using var one = await ReplicaAsync();
        await using var other = await ReplicaAsync();
        var token = GatewayHost.TokenOf(Guid.CreateVersion7());
        Assert.Equal(Quota, await ServedAsync(one, token, Quota + 10));

        var served = 0;
        await Eventually.Is(
            async () => await ServedAsync(other, token, 5) is var more && (served += more) > 0 && more == 0,
            refused => refused,
            TimeSpan.FromSeconds(5),
            "The refusal by the replica that was not asked before");
        // A replica that counts alone would serve the whole quota.
        Assert.InRange(served, 1, Quota / 2);
    }

    [Fact]
    public async Task Without_Redis_requests_take_no_longer_and_each_replica_limits_alone()
    {
        await using var one = await ReplicaAsync();
        await using var other = await ReplicaAsync();
        await ServedAsync(one, GatewayHost.TokenOf(Guid.CreateVersion7()), Quota);
        await backends.StopRedisAsync();
        try
        {
            var token = GatewayHost.TokenOf(Guid.CreateVersion7());
            var watch = Stopwatch.StartNew();
            Assert.Equal(Quota, await ServedAsync(one, token, Quota + 10));
            Assert.Equal(Quota, await ServedAsync(other, token, Quota + 10));
            // 220 requests; one that waited for Redis would wait five seconds.
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        }
        finally
        {
            await backends.StartRedisAsync();
        }

        // A caller of its own each time: what was told to a Redis that was away is lost, and only that.
        await Eventually.Is(
            async () =>
            {
                var token = GatewayHost.TokenOf(Guid.CreateVersion7());
                await ServedAsync(one, token, Quota);
                await ServedAsync(other, token, Quota / 4);
                await Task.Delay(500, TestContext.Current.CancellationToken);
                return await ServedAsync(other, token, 5);
            },
            served => served == 0,
            TimeSpan.FromSeconds(30),
            "Sharing again");
    }

    [Fact]
    public async Task A_caller_far_from_the_quota_costs_Redis_nothing_and_what_is_there_expires()
    {
        await backends.Streams.ExecuteAsync("FLUSHALL");
        await using var one = await ReplicaAsync();
        var (modest, greedy) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await ServedAsync(one, GatewayHost.TokenOf(modest), 4);
        await ServedAsync(one, GatewayHost.TokenOf(greedy), 50);

        var keys = await Eventually.Is(KeysAsync, keys => keys.Length > 0, what: "A count in Redis");
        Assert.All(keys, key => Assert.EndsWith(greedy.ToString(), key, StringComparison.Ordinal));
        foreach (var key in keys)
            Assert.InRange(
                (await backends.Streams.KeyTimeToLiveAsync(key))!.Value,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromMinutes(20));
    }

    private async Task<string[]> KeysAsync() =>
        [.. ((string?[]?)await backends.Streams.ExecuteAsync("KEYS", "shop:limits:*") ?? []).OfType<string>()];

    private Task<GatewayHost> ReplicaAsync() => GatewayHost.StartAsync(
        $"ConnectionStrings:redis={backends.Redis}",
        $"RateLimits:User:Quota={Quota}",
        "RateLimits:User:Window=00:10:00");

    private static async Task<int> ServedAsync(GatewayHost gateway, string token, int requests)
    {
        var served = 0;
        for (var i = 0; i < requests; i++)
            served += (await gateway.SendAsync(HttpMethod.Get, "/api/orders", token)).StatusCode == HttpStatusCode.OK
                ? 1
                : 0;

        return served;
    }
}
