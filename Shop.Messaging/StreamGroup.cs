using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// One process as a consumer of one group. It refreshes the entries that it holds; entries that nobody has refreshed
/// for some time are free for every consumer.
/// </summary>
internal sealed class StreamGroup(RedisStreams redis, string stream, string group)
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

    public string Consumer { get; } =
        FormattableString.Invariant($"{Environment.MachineName}-{Environment.ProcessId}-{Random.Shared.Next():x8}");

    /// <summary>Makes the stream and the group if they are missing; the group begins with the oldest entry.</summary>
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

    public async Task<StreamEntry[]> ReadAsync(int count) => await (await redis.ConnectAsync())
        .StreamReadGroupAsync(stream, group, Consumer, StreamPosition.NewMessages, count: count);

    public async Task AcknowledgeAsync(IEnumerable<StreamId> entries) =>
        await (await redis.ConnectAsync()).StreamAcknowledgeAsync(stream, group, Ids(entries));

    /// <summary>How many entries the group has not been given yet; null when Redis doesn't know.</summary>
    public async Task<long?> LagAsync()
    {
        var groups = await (await redis.ConnectAsync()).StreamGroupInfoAsync(stream);
        return groups.FirstOrDefault(info => info.Name == group).Lag;
    }

    /// <summary>Keeps entries that are still being worked on from being claimed by others.</summary>
    public async Task RefreshAsync(ICollection<StreamId> entries)
    {
        if (entries.Count > 0)
            await (await redis.ConnectAsync()).StreamClaimIdsOnlyAsync(stream, group, Consumer, 0, Ids(entries));
    }

    /// <summary>Takes over entries that nobody has refreshed for <paramref name="minIdle"/>.</summary>
    /// <param name="minIdle">How long a consumer may be silent.</param>
    /// <param name="room">How many entries to take at most.</param>
    /// <returns>The entries, and how many had been trimmed away before anyone handled them.</returns>
    public async Task<(List<StreamEntry> Claimed, int Lost)> ClaimAsync(TimeSpan minIdle, int room)
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

        return (claimed, lost);
    }

    /// <summary>Removes consumers that have been silent for long and have nothing pending.</summary>
    public async Task RemoveSilentAsync()
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

    /// <summary>Frees what is still pending for the others at once; removes the consumer if there is nothing.</summary>
    /// <param name="held">What this process has read and not handled.</param>
    /// <param name="minIdle">From when on the others claim an entry.</param>
    public async Task LeaveAsync(ICollection<StreamId> held, TimeSpan minIdle)
    {
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

    private static RedisValue[] Ids(IEnumerable<StreamId> entries) =>
        [.. entries.Select(entry => (RedisValue)entry.ToString())];
}
