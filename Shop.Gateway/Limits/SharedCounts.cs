using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Gateway.Limits;

/// <summary>
/// Adds what this replica counted to what all count together in Redis, and hears the sum. No request waits for it: while
/// Redis is away or stands still, every replica goes by its own counts.
/// </summary>
internal sealed class SharedCounts(IServiceProvider services, RateLimits limits, ILogger<SharedCounts> log)
    : BackgroundWorker("Sharing the counts of rate limits", Interval, Task.CompletedTask, log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private const int AtOnce = 500;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        foreach (var limit in limits.All)
        {
            foreach (var news in limit.TakeNews().Chunk(AtOnce))
                await ExchangeAsync(news, limit.Memory).WaitAsync(cancel);
        }

        return false;
    }

    private async Task ExchangeAsync((string Key, Count Count, long News)[] news, TimeSpan memory)
    {
        // In here, because making the first connection may fail.
        var batch = services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().CreateBatch();
        var sums = news.Select(one => batch.StringIncrementAsync(one.Key, one.News)).ToArray();
        var expiries = news.Select(one => batch.KeyExpireAsync(one.Key, memory)).ToArray();
        batch.Execute();
        foreach (var ((_, count, _), sum) in news.Zip(sums))
            count.Hear(await sum);

        await Task.WhenAll(expiries);
    }
}
