using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// One process as a member of one consumer group. A member shows that it lives by a key that expires; the entries of a
/// member without that key are free for the others at once, the entries of a member that has it only after long silence.
/// </summary>
internal sealed class StreamGroup(RedisStreams redis, string stream, string group)
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HeartbeatExpiry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RemoveAfter = TimeSpan.FromSeconds(30);

    // Above the time of one scan, so that of two members that find the same orphans only one gets them.
    private const long OrphanIdle = 1000;

    // An answer that got lost leaves entries that Redis has given us and we never saw.
    private const long UnseenIdle = 10_000;

    // Both or neither: the group exists already, or the publisher learns that it did not.
    private const string Create =
        "redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0-0', 'MKSTREAM') redis.call('DEL', KEYS[2])";

    // Removal and its condition in one step: removing a consumer throws its pending entries away.
    private const string RemoveIfNothingPending =
        "if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) == 0 then return redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end return -1";

    public string Consumer { get; } = RedisStreams.UniqueName();

    /// <summary>
    /// Makes the stream and the group when they are missing; a new group begins with the oldest entry. The publisher sees by
    /// the missing marker that there may be older ones to send again.
    /// </summary>
    public async Task CreateAsync()
    {
        try
        {
            await (await redis.ConnectAsync()).ScriptEvaluateAsync(Create, [stream, RedisStreams.MarkerOf(stream)], [group]);
        }
        catch (RedisServerException exception) when (exception.Message.Contains("BUSYGROUP", StringComparison.Ordinal))
        {
            // Exists: as it should be.
        }
    }

    public async Task<StreamEntry[]> ReadAsync(int count) =>
        await (await redis.ConnectAsync()).StreamReadGroupAsync(stream, group, Consumer, StreamPosition.NewMessages, count: count);

    public async Task AcknowledgeAsync(RedisValue[] ids) =>
        await (await redis.ConnectAsync()).StreamAcknowledgeAsync(stream, group, ids);

    public async Task BeatAsync() =>
        await (await redis.ConnectAsync()).StringSetAsync(HeartbeatKey(Consumer), "", HeartbeatExpiry);

    /// <summary>Starts the idle time of entries afresh that are still being worked on, however long that takes.</summary>
    public async Task RefreshAsync(RedisValue[] ids) =>
        await (await redis.ConnectAsync()).StreamClaimIdsOnlyAsync(stream, group, Consumer, 0, ids);

    public async Task<long?> LagAsync() =>
        RedisStreams.LagOf(await (await redis.ConnectAsync()).StreamGroupInfoAsync(stream), group);

    /// <summary>
    /// Takes over entries of members that are gone, and those given to us that we never saw. Members that are gone and
    /// have nothing pending are removed from the group.
    /// </summary>
    /// <param name="room">How many entries to take at most.</param>
    /// <param name="isHeld">Whether an entry is in our hands.</param>
    public async Task<List<StreamEntry>> ClaimOrphansAsync(int room, Func<StreamId, bool> isHeld)
    {
        var database = await redis.ConnectAsync();
        List<StreamEntry> claimed = [];
        foreach (var member in await database.StreamConsumerInfoAsync(stream, group))
        {
            var isMe = member.Name == Consumer;
            if (member.PendingMessageCount == 0 && (isMe || member.IdleTimeInMilliseconds < RemoveAfter.TotalMilliseconds))
                continue;

            if (!isMe && await database.KeyExistsAsync(HeartbeatKey(member.Name)))
                continue;

            if (member.PendingMessageCount == 0)
                await RemoveAsync(database, member.Name);
            else if (claimed.Count < room)
                claimed.AddRange(await ClaimFromAsync(database, member.Name, isMe ? UnseenIdle : OrphanIdle, room - claimed.Count, isHeld));
        }

        return claimed;
    }

    /// <summary>The net below: entries that nobody has touched for <paramref name="minIdle"/>, whoever holds them.</summary>
    /// <returns>The entries, and how many had been trimmed away before anyone handled them.</returns>
    public async Task<(List<StreamEntry> Claimed, int Lost)> ClaimIdleAsync(TimeSpan minIdle, int room, Func<StreamId, bool> isHeld)
    {
        var database = await redis.ConnectAsync();
        List<StreamEntry> claimed = [];
        var lost = 0;
        RedisValue from = "0-0";
        do
        {
            var result = await database.StreamAutoClaimAsync(
                stream, group, Consumer, (long)minIdle.TotalMilliseconds, from, count: Math.Clamp(room - claimed.Count, 1, 100));
            claimed.AddRange(result.ClaimedEntries.Where(entry => !entry.IsNull && !isHeld(StreamId.Parse(entry.Id.ToString()))));
            lost += result.DeletedIds.Length;
            from = result.NextStartId;
        }
        while (from != "0-0" && !from.IsNull && claimed.Count < room);

        return (claimed, lost);
    }

    /// <summary>What is still pending is free for the others at once; a member with nothing pending leaves no trace.</summary>
    public async Task LeaveAsync()
    {
        var database = await redis.ConnectedAsync();
        await database.KeyDeleteAsync(HeartbeatKey(Consumer));
        await RemoveAsync(database, Consumer);
    }

    private async Task<StreamEntry[]> ClaimFromAsync(
        IDatabase database, string member, long minIdle, int room, Func<StreamId, bool> isHeld)
    {
        // Ours may be behind up to all that we hold, so look further than there is room.
        var pending = await database.StreamPendingMessagesAsync(stream, group, room + 2000, member, minIdleTimeInMs: minIdle);
        var ids = pending
            .Where(entry => !isHeld(StreamId.Parse(entry.MessageId.ToString())))
            .Take(room)
            .Select(entry => entry.MessageId)
            .ToArray();
        return ids.Length == 0 ? [] : [.. (await database.StreamClaimAsync(stream, group, Consumer, minIdle, ids)).Where(entry => !entry.IsNull)];
    }

    private async Task RemoveAsync(IDatabase database, string member) =>
        await database.ScriptEvaluateAsync(RemoveIfNothingPending, [stream], [group, member]);

    private string HeartbeatKey(string member) => $"shop:consumer:{stream}:{group}:{member}";
}
