using System.Text.Json;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>
/// Looks on while things break: counts events that pass a stream more than once, and sees stock that is negative, be it
/// for a moment. What it can't see because the thing it looks at is away, it misses; it never counts too much.
/// </summary>
internal sealed class Witness(RunningShop shop)
{
    private readonly Dictionary<string, RedisValue> _read = [];
    private readonly HashSet<(string Stream, string Id)> _events = [];

    /// <summary>Events that passed their stream again.</summary>
    public int Duplicates { get; private set; }

    public List<string> Violations { get; } = [];

    /// <summary>Looks twice a second until told to end, and once more at the end.</summary>
    public async Task WatchAsync(CancellationToken end)
    {
        await using var redis = await Streams.ConnectAsync(shop);
        await ReadAsync(redis.GetDatabase());
        Duplicates = 0;
        while (!end.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(redis.GetDatabase());
                await CountStockAsync();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Away just now: part of the exercise.
            }

            await Task.Delay(500, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ReadAsync(redis.GetDatabase());
    }

    private async Task ReadAsync(IDatabase redis)
    {
        const int Page = 1000;
        foreach (var stream in Streams.All)
        {
            StreamEntry[] entries;
            do
            {
                entries = await redis.StreamRangeAsync(stream, _read.TryGetValue(stream, out var last) ? $"({last}" : "-", "+", Page);
                foreach (var entry in entries)
                {
                    if (IdOf(entry) is { } id && !_events.Add((stream, id)))
                        Duplicates++;

                    _read[stream] = entry.Id;
                }
            }
            while (entries.Length == Page);
        }
    }

    private async Task CountStockAsync()
    {
        var negative = await shop.ScalarAsync<long>("ordersdb", "SELECT count(*) FROM orders.stock_levels WHERE available < 0 OR reserved < 0");
        if (negative > 0)
            Violations.Add($"I3: {negative} levels were negative for a moment.");
    }

    private static string? IdOf(StreamEntry entry)
    {
        try
        {
            using var read = JsonDocument.Parse((byte[]?)entry[Streams.Field] ?? []);
            return read.RootElement.GetProperty("id").GetString();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Poison that somebody planted.
            return null;
        }
    }
}
