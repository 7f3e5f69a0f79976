using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Gateway.Limits;

/// <summary>
/// Adds the counts of this replica to the shared ones in Redis, and reads back the sums. No request waits for this:
/// while Redis is unavailable or hangs, every replica uses its own counts alone.
/// </summary>
internal sealed class SharedCountsWorker(IServiceProvider services, RateLimits limits, ILogger<SharedCountsWorker> log)
    : BackgroundWorker("Sharing the counts of rate limits", Pause, Task.CompletedTask, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // Bounds the memory of a batch, and the time for which Redis works on it.
    private const int BatchSize = 500;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        foreach (var limit in limits.All)
        {
            foreach (var counts in limit.TakeDelta().Chunk(BatchSize))
                await ExchangeAsync(counts, limit.Retention).WaitAsync(cancel);
        }

        return false;
    }

    private async Task ExchangeAsync((string Key, RequestCounter Counter, long Delta)[] counts, TimeSpan retention)
    {
        // In here, because making the first connection may fail.
        var batch = services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().CreateBatch();
        var sums = counts.Select(one => batch.StringIncrementAsync(one.Key, one.Delta)).ToArray();
        var expiries = counts.Select(one => batch.KeyExpireAsync(one.Key, retention)).ToArray();
        batch.Execute();
        foreach (var ((_, counter, _), sum) in counts.Zip(sums))
            counter.Merge(await sum);

        await Task.WhenAll(expiries);
    }
}
