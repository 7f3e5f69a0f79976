using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>
/// Looks on while things break: counts events that pass a stream more than once, and sees stock that is negative, be it
/// for a moment. What it can't see because the thing it looks at is away, it misses; it never counts too much.
/// </summary>
internal sealed class StreamRecorder(RunningShop shop)
{
    private static readonly string[] Services = ["gateway", "users", "orders", "payments", "shipping"];
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

    /// <summary>The last errors in the logs of the services, for whoever has to find out why.</summary>
    public async Task<string> ErrorsAsync()
    {
        const int Most = 3;
        const int Lines = 14;
        var errors = new List<string>();
        foreach (var service in Services)
        {
            List<string> lines = [];
            await foreach (var batch in shop.App.Services.GetRequiredService<ResourceLoggerService>()
                .GetAllAsync(service))
                lines.AddRange(batch.Select(line => line.Content));

            var starts = Enumerable.Range(0, lines.Count)
                .Where(
                    i =>
                        lines[i].Contains("fail", StringComparison.Ordinal)
                            && lines[i].Contains("ExceptionProblems", StringComparison.Ordinal));
            errors.AddRange(
                starts.TakeLast(Most)
                    .Select(start => $"{service}: {string.Join('\n', lines.Skip(start).Take(Lines))}"));
        }

        return string.Join('\n', errors);
    }

    private async Task ReadAsync(IDatabase redis)
    {
        const int Page = 1000;
        foreach (var stream in Streams.All)
        {
            StreamEntry[] entries;
            do
            {
                entries = await redis.StreamRangeAsync(
                    stream, _read.TryGetValue(stream, out var last) ? $"({last}" : "-", "+", Page);
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
        var negative = await shop.ScalarAsync<long>(
            "ordersdb", "SELECT count(*) FROM orders.stock_levels WHERE available < 0 OR reserved < 0");
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
        catch (Exception exception) when (exception is JsonException
            or KeyNotFoundException
            or InvalidOperationException)
        {
            // Poison that somebody planted.
            return null;
        }
    }
}
