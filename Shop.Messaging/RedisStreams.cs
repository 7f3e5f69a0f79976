using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// The streams as Redis keeps them: <c>shop:&lt;service&gt;</c>, one per publishing service, and a channel of the same
/// name that announces new entries. Commands of Redis 7.0 suffice; none of them blocks.
/// </summary>
internal sealed class RedisStreams(IServiceProvider services)
{
    private const string RunId = "run_id:";

    // A script, because the client allows INFO to administrators only; and both answers are of one moment.
    private const string Identify = "return { redis.call('GET', KEYS[1]), redis.call('INFO', 'server') }";

    private IConnectionMultiplexer? _redis;

    public static string NameOf(string service) => $"shop:{service}";

    /// <summary>A key that whoever makes a group removes, and that is lost when Redis loses everything.</summary>
    public static string MarkerOf(string stream) => $"{stream}:marker";

    /// <summary>Whether a command failed because the stream or the group does not exist.</summary>
    public static bool IsMissing(RedisServerException exception) =>
        exception.Message.StartsWith("NOGROUP", StringComparison.Ordinal)
        || exception.Message.Contains("no such key", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The connection, made when first needed, since making it may block for seconds. While Redis is away this fails,
    /// so that a caller won't wait for Redis later, when it holds locks of the database.
    /// </summary>
    public async ValueTask<IDatabase> ConnectAsync()
    {
        _redis ??= await Task.Run(services.GetRequiredService<IConnectionMultiplexer>);
        var database = _redis.GetDatabase();
        if (!_redis.IsConnected)
            await database.PingAsync();

        return database;
    }

    /// <summary>
    /// Appends in this order, and tells the consumers, all sent before the first answer is awaited. That they are told
    /// is a hint only: they also poll.
    /// </summary>
    /// <returns>The entries.</returns>
    public async Task<StreamId[]> AppendAsync(string stream, IEnumerable<string> events)
    {
        var database = await ConnectAsync();
        Task<RedisValue>[] appended =
            [.. events.Select(content => database.StreamAddAsync(stream, Envelope.Field, content))];
        await database.PublishAsync(RedisChannel.Literal(stream), "", CommandFlags.FireAndForget);
        return Array.ConvertAll(await Task.WhenAll(appended), entry => StreamId.Parse(entry.ToString()));
    }

    /// <summary>Up to which position each group of the stream has acknowledged everything.</summary>
    public async Task<Dictionary<string, long>> RecordedAsync(string stream)
    {
        var database = await ConnectAsync();
        Dictionary<string, long> recorded = [];
        try
        {
            foreach (var group in await database.StreamGroupInfoAsync(stream))
            {
                // In this order: what is delivered meanwhile is younger than what was delivered last.
                var pending = await database.StreamPendingAsync(stream, group.Name);
                var delivered = StreamId.Parse(group.LastDeliveredId ?? "0-0").Position;
                recorded[group.Name] = pending.PendingMessageCount == 0
                    ? delivered
                    : Math.Min(delivered, StreamId.Parse(pending.LowestPendingMessageId.ToString()).Position - 1);
            }
        }
        catch (RedisServerException exception) when (IsMissing(exception))
        {
            // Nothing is known of a stream that doesn't exist; its marker is gone, too.
            recorded.Clear();
        }

        return recorded;
    }

    /// <summary>Removes a group, with what it had not read.</summary>
    public async Task RemoveGroupAsync(string stream, string group) =>
        await (await ConnectAsync()).StreamDeleteConsumerGroupAsync(stream, group);

    public async Task<StreamIdentity> IdentifyAsync(string stream)
    {
        var database = await ConnectAsync();
        var answers = (RedisValue[])(await database.ScriptEvaluateAsync(Identify, [MarkerOf(stream)]))!;
        var server = answers[1].ToString().Split('\n')
            .FirstOrDefault(line => line.StartsWith(RunId, StringComparison.Ordinal), RunId);
        return new(
            Guid.TryParse(answers[0].ToString(), out var marker) ? marker : null, server[RunId.Length..].Trim());
    }

    public async Task MarkAsync(string stream, Guid marker) =>
        await (await ConnectAsync()).StringSetAsync(MarkerOf(stream), marker.ToString());

    public async Task SubscribeAsync(string stream, Action<RedisChannel, RedisValue> onAnnounced)
    {
        await ConnectAsync();
        await _redis!.GetSubscriber().SubscribeAsync(RedisChannel.Literal(stream), onAnnounced);
    }

    public async Task UnsubscribeAsync(string stream, Action<RedisChannel, RedisValue> onAnnounced)
    {
        if (_redis is not null)
            await _redis.GetSubscriber().UnsubscribeAsync(RedisChannel.Literal(stream), onAnnounced);
    }

    /// <summary>Removes entries older than <paramref name="before"/> that all groups have acknowledged.</summary>
    public async Task TrimAsync(string stream, DateTimeOffset before, IEnumerable<long> recorded)
    {
        var keep = recorded.Append(new StreamId(before.ToUnixTimeMilliseconds(), 0).Position).Min();
        await (await ConnectAsync())
            .StreamTrimByMinIdAsync(stream, StreamId.At(keep).ToString(), useApproximateMaxLength: true);
    }
}

/// <summary>By what a stream that has lost entries differs from the one that it was.</summary>
/// <param name="Marker">Null when it is gone.</param>
/// <param name="Server">The run of the Redis process.</param>
internal readonly record struct StreamIdentity(Guid? Marker, string Server);

/// <summary>
/// One process as a consumer of one group. It refreshes the entries that it holds; entries that nobody has refreshed
/// for some time are free for every consumer.
/// </summary>
internal sealed class RedisGroup(RedisStreams redis, string stream, string group) : IStreamGroup
{
    private static readonly TimeSpan RemoveAfter = TimeSpan.FromSeconds(30);

    // After this time without a sign of life of its consumer an entry is free.
    private static readonly TimeSpan MinIdle = TimeSpan.FromSeconds(5);

    // How many entries one command claims.
    private const int ClaimBatch = 100;

    // In one step, so that there is no group without the publisher noticing, by the missing marker, that it is new.
    private const string Create =
        "redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0-0', 'MKSTREAM') redis.call('DEL', KEYS[2])";

    // In one step, because removing a consumer discards its pending entries.
    private const string RemoveIfNothingPending =
        """
        if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) == 0
        then return redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
        """;

    private Action<RedisChannel, RedisValue>? _onAnnounced;

    private readonly string _consumer =
        FormattableString.Invariant($"{Environment.MachineName}-{Environment.ProcessId}-{Random.Shared.Next():x8}");

    public async Task CreateAsync()
    {
        var database = await redis.ConnectAsync();
        try
        {
            await database.ScriptEvaluateAsync(Create, [stream, RedisStreams.MarkerOf(stream)], [group]);
        }
        catch (RedisServerException exception) when (exception.Message.Contains("BUSYGROUP", StringComparison.Ordinal))
        {
            // Another replica has made it.
        }
    }

    public async Task SubscribeAsync(Action onAnnounced)
    {
        Action<RedisChannel, RedisValue> handler = (_, _) => onAnnounced();
        await redis.SubscribeAsync(stream, handler);
        _onAnnounced = handler;
    }

    public async Task<IReadOnlyCollection<Delivery>> ReadAsync(int count) => Deliveries(
        await (await redis.ConnectAsync())
            .StreamReadGroupAsync(stream, group, _consumer, StreamPosition.NewMessages, count: count));

    public async Task AcknowledgeAsync(IEnumerable<StreamId> entries) =>
        await (await redis.ConnectAsync()).StreamAcknowledgeAsync(stream, group, Ids(entries));

    public async Task<long?> LagAsync()
    {
        var groups = await (await redis.ConnectAsync()).StreamGroupInfoAsync(stream);
        return groups.FirstOrDefault(info => info.Name == group).Lag;
    }

    public async Task RefreshAsync(ICollection<StreamId> held)
    {
        if (held.Count > 0)
            await (await redis.ConnectAsync()).StreamClaimIdsOnlyAsync(stream, group, _consumer, 0, Ids(held));

        await RemoveSilentAsync();
    }

    public async Task<(IReadOnlyCollection<Delivery> Claimed, int Lost)> ClaimAsync(int room)
    {
        var database = await redis.ConnectAsync();
        List<StreamEntry> claimed = [];
        var lost = 0;
        RedisValue from = "0-0";
        do
        {
            var count = Math.Clamp(room - claimed.Count, 1, ClaimBatch);
            var result = await database.StreamAutoClaimAsync(
                stream, group, _consumer, (long)MinIdle.TotalMilliseconds, from, count);
            claimed.AddRange(result.ClaimedEntries.Where(entry => !entry.IsNull));
            lost += result.DeletedIds.Length;
            from = result.NextStartId;
        }
        while (from != "0-0" && !from.IsNull && claimed.Count < room);

        return (Deliveries(claimed), lost);
    }

    /// <summary>Removes consumers that have been silent for long and have nothing pending.</summary>
    private async Task RemoveSilentAsync()
    {
        var database = await redis.ConnectAsync();
        foreach (var member in await database.StreamConsumerInfoAsync(stream, group))
        {
            if (member.PendingMessageCount == 0
                && member.IdleTimeInMilliseconds >= RemoveAfter.TotalMilliseconds
                && member.Name != _consumer)
            {
                await RemoveAsync(database, member.Name);
            }
        }
    }

    /// <summary>Also removes the consumer, if nothing is pending.</summary>
    public async Task LeaveAsync(ICollection<StreamId> held)
    {
        if (_onAnnounced is not null)
            await redis.UnsubscribeAsync(stream, _onAnnounced);

        var database = await redis.ConnectAsync();
        if (held.Count > 0)
        {
            await database.ExecuteAsync(
                "XCLAIM",
                [stream, group, _consumer, 0, .. Ids(held), "IDLE", (long)MinIdle.TotalMilliseconds, "JUSTID"]);
        }

        await RemoveAsync(database, _consumer);
    }

    private async Task RemoveAsync(IDatabase database, string member) =>
        await database.ScriptEvaluateAsync(RemoveIfNothingPending, [stream], [group, member]);

    private Delivery[] Deliveries(IEnumerable<StreamEntry> entries) =>
        [.. entries.Select(entry => new Delivery(
            stream, StreamId.Parse(entry.Id.ToString()), (byte[]?)entry[Envelope.Field]))];

    private static RedisValue[] Ids(IEnumerable<StreamId> entries) =>
        [.. entries.Select(entry => (RedisValue)entry.ToString())];
}
