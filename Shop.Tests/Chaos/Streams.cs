using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>The streams as somebody with access to Redis sees them.</summary>
internal static class Streams
{
    public const string Field = "event";

    public static readonly string[] All = ["shop:users", "shop:orders", "shop:payments", "shop:shipping"];

    public static async Task<ConnectionMultiplexer> ConnectAsync(RunningShop shop)
    {
        var options = ConfigurationOptions.Parse((await shop.App.GetConnectionStringAsync("redis"))!);
        options.AllowAdmin = true;
        options.AbortOnConnectFail = false;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>
    /// What was sent and is not yet done with: entries that wait for a group, and entries that a group has not
    /// acknowledged.
    /// </summary>
    public static async Task<long> UnfinishedAsync(IDatabase redis)
    {
        var unfinished = 0L;
        foreach (var stream in All)
        {
            if (!await redis.KeyExistsAsync(stream))
                continue;

            foreach (var group in await redis.StreamGroupInfoAsync(stream))
                unfinished += group.PendingMessageCount + (group.Lag ?? 0);
        }

        return unfinished;
    }
}
