using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// The streams as Redis keeps them: <c>shop:&lt;service&gt;</c>, one per publishing service, and a channel of the same name
/// that says there is something new. Commands of Redis 7.0 suffice; none of them blocks.
/// </summary>
internal sealed class RedisStreams(IServiceProvider services, TimeProvider clock)
{
    private const string RunId = "run_id:";

    // By a script, because the client allows INFO to administrators only; and both at one moment.
    private const string Look = "return { redis.call('GET', KEYS[1]), redis.call('INFO', 'server') }";

    private IConnectionMultiplexer? _redis;

    public static string NameOf(string service) => $"shop:{service}";

    /// <summary>The connection, made when first needed and not by the container: making it may block for seconds.</summary>
    public async ValueTask<IDatabase> ConnectAsync()
    {
        _redis ??= await Task.Run(services.GetRequiredService<IConnectionMultiplexer>);
        return _redis.GetDatabase();
    }

    /// <summary>For callers that must not wait for Redis later, with locks in hand: here they wait, or learn that it is away.</summary>
    public async ValueTask<IDatabase> ConnectedAsync()
    {
        var database = await ConnectAsync();
        if (!_redis!.IsConnected)
            await database.PingAsync();

        return database;
    }

    /// <summary>A key that is removed by whoever makes a group of the stream, and that is lost when Redis loses everything.</summary>
    public static string MarkerOf(string stream) => $"{stream}:marker";

    /// <summary>Appends in this order, all sent before the first answer is awaited.</summary>
    /// <returns>The last entry.</returns>
    public async Task<StreamId> AppendAsync(string stream, IReadOnlyList<string> events)
    {
        var database = await ConnectedAsync();
        var appended = new Task<RedisValue>[events.Count];
        for (var i = 0; i < appended.Length; i++)
            appended[i] = database.StreamAddAsync(stream, Envelope.Field, events[i]);

        var entries = await Task.WhenAll(appended);
        return StreamId.Parse(entries[^1].ToString());
    }

    /// <summary>Up to which place each group of the stream has acknowledged everything.</summary>
    public async Task<Dictionary<string, long>> RecordedAsync(string stream)
    {
        var database = await ConnectedAsync();
        Dictionary<string, long> recorded = [];
        try
        {
            if (await database.KeyExistsAsync(stream))
            {
                foreach (var group in await database.StreamGroupInfoAsync(stream))
                    recorded[group.Name] = await RecordedAsync(database, stream, group);
            }
        }
        catch (RedisServerException exception) when (IsMissing(exception))
        {
            // Gone meanwhile, with its marker.
        }

        return recorded;
    }

    /// <summary>Whether the stream is still the one that it was: see <see cref="LossDetection{TDb}"/>.</summary>
    public async Task<StreamSeen> SeenAsync(string stream)
    {
        var database = await ConnectedAsync();
        var seen = (RedisValue[])(await database.ScriptEvaluateAsync(Look, [MarkerOf(stream)]))!;
        var server = seen[1].ToString().Split('\n').FirstOrDefault(line => line.StartsWith(RunId, StringComparison.Ordinal));
        return new(Guid.TryParse(seen[0].ToString(), out var marker) ? marker : null, server?[RunId.Length..].Trim() ?? "");
    }

    public async Task MarkAsync(string stream, Guid marker) =>
        await (await ConnectedAsync()).StringSetAsync(MarkerOf(stream), marker.ToString());

    /// <summary>Tells the consumers that there is something new. A hint only: they also look by themselves.</summary>
    public async Task AnnounceAsync(string stream) =>
        await (await ConnectAsync()).PublishAsync(RedisChannel.Literal(stream), "", CommandFlags.FireAndForget);

    public async Task ListenAsync(string stream, Action<RedisChannel, RedisValue> heard)
    {
        await ConnectAsync();
        await _redis!.GetSubscriber().SubscribeAsync(RedisChannel.Literal(stream), heard);
    }

    public async Task StopListeningAsync(string stream, Action<RedisChannel, RedisValue> heard)
    {
        if (_redis is not null)
            await _redis.GetSubscriber().UnsubscribeAsync(RedisChannel.Literal(stream), heard);
    }

    /// <summary>
    /// Removes what all groups have acknowledged and what is older than <paramref name="age"/>; of a stream without any
    /// group what is older than <paramref name="unreadAge"/>, since a subscriber may still come.
    /// </summary>
    /// <returns>How many entries were removed.</returns>
    public async Task<long> TrimAsync(string stream, TimeSpan age, TimeSpan unreadAge)
    {
        var database = await ConnectedAsync();
        if (!await database.KeyExistsAsync(stream))
            return 0;

        var groups = await database.StreamGroupInfoAsync(stream);
        var keep = new StreamId((clock.GetUtcNow() - (groups.Length == 0 ? unreadAge : age)).ToUnixTimeMilliseconds(), 0);
        foreach (var group in groups)
        {
            var (delivered, pending) = await ProgressAsync(database, stream, group);
            keep = Min(keep, pending is { } lowest ? Min(delivered, lowest) : delivered);
        }

        return await database.StreamTrimByMinIdAsync(stream, keep.ToString(), useApproximateMaxLength: true);
    }

    /// <summary>How many entries the group has not been given yet; null when Redis doesn't know.</summary>
    public static long? LagOf(StreamGroupInfo[] groups, string group)
    {
        foreach (var info in groups)
        {
            if (info.Name == group)
                return info.Lag;
        }

        return null;
    }

    public static bool IsMissing(RedisServerException exception) =>
        exception.Message.StartsWith("NOGROUP", StringComparison.Ordinal)
        || exception.Message.Contains("no such key", StringComparison.OrdinalIgnoreCase);

    public static string UniqueName() =>
        string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{Random.Shared.Next():x8}");

    private static async Task<long> RecordedAsync(IDatabase database, string stream, StreamGroupInfo group)
    {
        var (delivered, pending) = await ProgressAsync(database, stream, group);
        return pending is { } lowest ? Math.Min(delivered.Position, lowest.Position - 1) : delivered.Position;
    }

    // In this order: what is delivered meanwhile is younger than what was delivered last.
    private static async Task<(StreamId Delivered, StreamId? LowestPending)> ProgressAsync(IDatabase database, string stream, StreamGroupInfo group)
    {
        var pending = await database.StreamPendingAsync(stream, group.Name);
        return (
            StreamId.Parse(group.LastDeliveredId ?? "0-0"),
            pending.PendingMessageCount > 0 ? StreamId.Parse(pending.LowestPendingMessageId.ToString()) : null);
    }

    private static StreamId Min(StreamId one, StreamId other) => one.CompareTo(other) <= 0 ? one : other;
}
