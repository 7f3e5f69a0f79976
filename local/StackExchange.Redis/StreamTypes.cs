namespace StackExchange.Redis;

/// <summary>One entry of a stream.</summary>
public readonly struct StreamEntry
{
    /// <summary>Creates an entry.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="values">Its fields.</param>
    public StreamEntry(RedisValue id, NameValueEntry[] values)
        : this(id, values, null, 0)
    {
    }

    /// <summary>Creates an entry that was claimed.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="values">Its fields.</param>
    /// <param name="idleTime">How long ago it was last delivered.</param>
    /// <param name="deliveryCount">How often it was delivered before.</param>
    public StreamEntry(RedisValue id, NameValueEntry[] values, TimeSpan? idleTime, int deliveryCount) =>
        (Id, Values, IdleTime, DeliveryCount) = (id, values, idleTime, deliveryCount);

    /// <summary>An entry that is no longer in the stream.</summary>
    public static StreamEntry Null { get; } = new(RedisValue.Null, []);

    /// <summary>The id, such as <c>1700000000000-0</c>.</summary>
    public RedisValue Id { get; }

    /// <summary>The fields; empty when the entry was deleted from the stream.</summary>
    public NameValueEntry[] Values { get; }

    /// <summary>How long ago it was last delivered; only where the server says so.</summary>
    public TimeSpan? IdleTime { get; }

    /// <summary>How often it was delivered before; 0 where the server does not say.</summary>
    public int DeliveryCount { get; }

    /// <summary>Whether there is no entry.</summary>
    public bool IsNull => Id.IsNull && Values is null or [];

    /// <summary>The first field of a name; null when there is none.</summary>
    /// <param name="fieldName">The field.</param>
    public RedisValue this[RedisValue fieldName]
    {
        get
        {
            foreach (var field in Values ?? [])
            {
                if (field.Name == fieldName)
                {
                    return field.Value;
                }
            }

            return RedisValue.Null;
        }
    }
}

/// <summary>Where to read one stream from.</summary>
public struct StreamPosition
{
    /// <summary>Creates one.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="position">The last id already read, or one of the two marks below.</param>
    public StreamPosition(RedisKey key, RedisValue position) => (Key, Position) = (key, position);

    /// <summary>From the first entry on; in a group: the consumer's own pending entries.</summary>
    public static RedisValue Beginning => "-";

    /// <summary>What no consumer of the group has seen; for a new group: what is added from now on.</summary>
    public static RedisValue NewMessages => "$";

    /// <summary>The stream.</summary>
    public RedisKey Key { get; }

    /// <summary>The position.</summary>
    public RedisValue Position { get; }

    internal static RedisValue Resolve(RedisValue position, RedisValue forNew) =>
        position == NewMessages ? forNew : position == Beginning ? "0" : position;
}

/// <summary>The entries that were read of one stream.</summary>
public readonly struct RedisStream
{
    internal RedisStream(RedisKey key, StreamEntry[] entries) => (Key, Entries) = (key, entries);

    /// <summary>The stream.</summary>
    public RedisKey Key { get; }

    /// <summary>Its entries.</summary>
    public StreamEntry[] Entries { get; }
}

/// <summary>What a consumer took over from others.</summary>
public readonly struct StreamAutoClaimResult
{
    internal StreamAutoClaimResult(RedisValue nextStartId, StreamEntry[] claimedEntries, RedisValue[] deletedIds) =>
        (NextStartId, ClaimedEntries, DeletedIds) = (nextStartId, claimedEntries, deletedIds);

    /// <summary>No result.</summary>
    public static StreamAutoClaimResult Null { get; } = new(RedisValue.Null, [], []);

    /// <summary>Where to go on; <c>0-0</c> at the end.</summary>
    public RedisValue NextStartId { get; }

    /// <summary>The entries, now this consumer's.</summary>
    public StreamEntry[] ClaimedEntries { get; }

    /// <summary>The ids that were pending but are no longer in the stream.</summary>
    public RedisValue[] DeletedIds { get; }

    /// <summary>Whether there is no result.</summary>
    public bool IsNull => NextStartId.IsNull && ClaimedEntries is null or [] && DeletedIds is null or [];
}

/// <summary>The ids that a consumer took over from others.</summary>
public readonly struct StreamAutoClaimIdsOnlyResult
{
    internal StreamAutoClaimIdsOnlyResult(RedisValue nextStartId, RedisValue[] claimedIds, RedisValue[] deletedIds) =>
        (NextStartId, ClaimedIds, DeletedIds) = (nextStartId, claimedIds, deletedIds);

    /// <summary>No result.</summary>
    public static StreamAutoClaimIdsOnlyResult Null { get; } = new(RedisValue.Null, [], []);

    /// <summary>Where to go on; <c>0-0</c> at the end.</summary>
    public RedisValue NextStartId { get; }

    /// <summary>The ids, now this consumer's.</summary>
    public RedisValue[] ClaimedIds { get; }

    /// <summary>The ids that were pending but are no longer in the stream.</summary>
    public RedisValue[] DeletedIds { get; }

    /// <summary>Whether there is no result.</summary>
    public bool IsNull => NextStartId.IsNull && ClaimedIds is null or [] && DeletedIds is null or [];
}
