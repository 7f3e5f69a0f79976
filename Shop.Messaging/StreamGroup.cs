using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// One process as a consumer of one group. It refreshes the entries that it holds; entries that nobody has refreshed
/// for some time are free for every consumer.
/// </summary>
internal sealed class StreamGroup(RedisStreams redis, string stream, string group) : IStreamGroup
{
    private static readonly TimeSpan RemoveAfter = TimeSpan.FromSeconds(30);

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

    public string Consumer { get; } =
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
            .StreamReadGroupAsync(stream, group, Consumer, StreamPosition.NewMessages, count: count));

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
            await (await redis.ConnectAsync()).StreamClaimIdsOnlyAsync(stream, group, Consumer, 0, Ids(held));

        await RemoveSilentAsync();
    }

    public async Task<(IReadOnlyCollection<Delivery> Claimed, int Lost)> ClaimAsync(TimeSpan minIdle, int room)
    {
        var database = await redis.ConnectAsync();
        List<StreamEntry> claimed = [];
        var lost = 0;
        RedisValue from = "0-0";
        do
        {
            var count = Math.Clamp(room - claimed.Count, 1, ClaimBatch);
            var result = await database.StreamAutoClaimAsync(
                stream, group, Consumer, (long)minIdle.TotalMilliseconds, from, count);
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
                && member.Name != Consumer)
            {
                await RemoveAsync(database, member.Name);
            }
        }
    }

    /// <summary>Also removes the consumer, if nothing is pending.</summary>
    public async Task LeaveAsync(ICollection<StreamId> held, TimeSpan minIdle)
    {
        if (_onAnnounced is not null)
            await redis.UnsubscribeAsync(stream, _onAnnounced);

        var database = await redis.ConnectAsync();
        if (held.Count > 0)
        {
            await database.ExecuteAsync(
                "XCLAIM",
                [stream, group, Consumer, 0, .. Ids(held), "IDLE", (long)minIdle.TotalMilliseconds, "JUSTID"]);
        }

        await RemoveAsync(database, Consumer);
    }

    private async Task RemoveAsync(IDatabase database, string member) =>
        await database.ScriptEvaluateAsync(RemoveIfNothingPending, [stream], [group, member]);

    private Delivery[] Deliveries(IEnumerable<StreamEntry> entries) =>
        [.. entries.Select(entry => Delivery.Of(
            stream, StreamId.Parse(entry.Id.ToString()), (byte[]?)entry[Envelope.Field]))];

    private static RedisValue[] Ids(IEnumerable<StreamId> entries) =>
        [.. entries.Select(entry => (RedisValue)entry.ToString())];
}
