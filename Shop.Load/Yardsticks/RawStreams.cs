using System.Diagnostics;
using StackExchange.Redis;

namespace Shop.Load;

/// <summary>XADD, XREADGROUP and XACK in batches of a hundred, and nothing else: what Redis Streams can do.</summary>
internal static class RawStreams
{
    private const int Batch = 100;
    private static readonly string Payload = new('x', 300);

    /// <summary>Messages a second.</summary>
    public static async Task<double> RunAsync(string connection, TimeSpan duration, CancellationToken cancel)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connection);
        var db = redis.GetDatabase();
        RedisKey stream = $"yardstick:{Guid.CreateVersion7():N}";
        await db.StreamCreateConsumerGroupAsync(stream, "group", StreamPosition.Beginning);
        var (start, handled) = (Stopwatch.GetTimestamp(), 0);
        try
        {
            while (Stopwatch.GetElapsedTime(start) < duration && !cancel.IsCancellationRequested)
            {
                await Task.WhenAll(
                    Enumerable.Range(0, Batch).Select(_ => db.StreamAddAsync(stream, "event", Payload)));
                var read = await db.StreamReadGroupAsync(stream, "group", "one", StreamPosition.NewMessages, Batch);
                await db.StreamAcknowledgeAsync(stream, "group", [.. read.Select(entry => entry.Id)]);
                handled += read.Length;
            }

            return handled / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            await db.KeyDeleteAsync(stream);
        }
    }
}
