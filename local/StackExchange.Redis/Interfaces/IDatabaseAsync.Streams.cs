namespace StackExchange.Redis;

public partial interface IDatabaseAsync
{
    /// <summary>Acknowledges an entry (XACK); how many were pending.</summary>
    Task<long> StreamAcknowledgeAsync(
        RedisKey key, RedisValue groupName, RedisValue messageId, CommandFlags flags = CommandFlags.None);

    /// <summary>Acknowledges entries (XACK); how many were pending.</summary>
    Task<long> StreamAcknowledgeAsync(
        RedisKey key, RedisValue groupName, RedisValue[] messageIds, CommandFlags flags = CommandFlags.None);

    /// <summary>Adds an entry of one field (XADD); its id.</summary>
    Task<RedisValue> StreamAddAsync(
        RedisKey key, RedisValue streamField, RedisValue streamValue, RedisValue? messageId, int? maxLength,
        bool useApproximateMaxLength, CommandFlags flags);

    /// <summary>Adds an entry (XADD); its id.</summary>
    Task<RedisValue> StreamAddAsync(
        RedisKey key, NameValueEntry[] streamPairs, RedisValue? messageId, int? maxLength,
        bool useApproximateMaxLength, CommandFlags flags);

    /// <summary>Adds an entry of one field (XADD); its id.</summary>
    Task<RedisValue> StreamAddAsync(
        RedisKey key, RedisValue streamField, RedisValue streamValue, RedisValue? messageId = null,
        long? maxLength = null, bool useApproximateMaxLength = false, long? limit = null,
        StreamTrimMode trimMode = StreamTrimMode.KeepReferences, CommandFlags flags = CommandFlags.None);

    /// <summary>Adds an entry (XADD); its id.</summary>
    Task<RedisValue> StreamAddAsync(
        RedisKey key, NameValueEntry[] streamPairs, RedisValue? messageId = null, long? maxLength = null,
        bool useApproximateMaxLength = false, long? limit = null,
        StreamTrimMode trimMode = StreamTrimMode.KeepReferences, CommandFlags flags = CommandFlags.None);

    /// <summary>Takes over entries that others have left pending (XAUTOCLAIM).</summary>
    Task<StreamAutoClaimResult> StreamAutoClaimAsync(
        RedisKey key, RedisValue consumerGroup, RedisValue claimingConsumer, long minIdleTimeInMs,
        RedisValue startAtId, int? count = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Takes over entries that others have left pending, without reading them (XAUTOCLAIM JUSTID).</summary>
    Task<StreamAutoClaimIdsOnlyResult> StreamAutoClaimIdsOnlyAsync(
        RedisKey key, RedisValue consumerGroup, RedisValue claimingConsumer, long minIdleTimeInMs,
        RedisValue startAtId, int? count = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Takes over entries by their ids (XCLAIM); those that were taken.</summary>
    Task<StreamEntry[]> StreamClaimAsync(
        RedisKey key, RedisValue consumerGroup, RedisValue claimingConsumer, long minIdleTimeInMs,
        RedisValue[] messageIds, CommandFlags flags = CommandFlags.None);

    /// <summary>Takes over entries by their ids, without reading them (XCLAIM JUSTID); the ids of those that were taken.</summary>
    Task<RedisValue[]> StreamClaimIdsOnlyAsync(
        RedisKey key, RedisValue consumerGroup, RedisValue claimingConsumer, long minIdleTimeInMs,
        RedisValue[] messageIds, CommandFlags flags = CommandFlags.None);

    /// <summary>Sets from where a group reads on (XGROUP SETID).</summary>
    Task<bool> StreamConsumerGroupSetPositionAsync(
        RedisKey key, RedisValue groupName, RedisValue position, CommandFlags flags = CommandFlags.None);

    /// <summary>The consumers of a group (XINFO CONSUMERS).</summary>
    Task<StreamConsumerInfo[]> StreamConsumerInfoAsync(
        RedisKey key, RedisValue groupName, CommandFlags flags = CommandFlags.None);

    /// <summary>Makes a group (XGROUP CREATE); a BUSYGROUP error when it exists.</summary>
    Task<bool> StreamCreateConsumerGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue? position, CommandFlags flags);

    /// <summary>Makes a group and, if wished, the stream (XGROUP CREATE); a BUSYGROUP error when it exists.</summary>
    Task<bool> StreamCreateConsumerGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue? position = null, bool createStream = true,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Removes entries (XDEL); how many there were.</summary>
    Task<long> StreamDeleteAsync(RedisKey key, RedisValue[] messageIds, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes a consumer and its pending list (XGROUP DELCONSUMER); how many entries were pending.</summary>
    Task<long> StreamDeleteConsumerAsync(
        RedisKey key, RedisValue groupName, RedisValue consumerName, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes a group (XGROUP DESTROY); whether there was one.</summary>
    Task<bool> StreamDeleteConsumerGroupAsync(
        RedisKey key, RedisValue groupName, CommandFlags flags = CommandFlags.None);

    /// <summary>The groups of a stream (XINFO GROUPS).</summary>
    Task<StreamGroupInfo[]> StreamGroupInfoAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>A stream (XINFO STREAM).</summary>
    Task<StreamInfo> StreamInfoAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>The number of entries (XLEN).</summary>
    Task<long> StreamLengthAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>What a group has pending, in sum (XPENDING).</summary>
    Task<StreamPendingInfo> StreamPendingAsync(
        RedisKey key, RedisValue groupName, CommandFlags flags = CommandFlags.None);

    /// <summary>What a group or one of its consumers has pending, one by one (XPENDING).</summary>
    Task<StreamPendingMessageInfo[]> StreamPendingMessagesAsync(
        RedisKey key, RedisValue groupName, int count, RedisValue consumerName, RedisValue? minId, RedisValue? maxId,
        CommandFlags flags);

    /// <summary>What a group or one of its consumers has pending, one by one (XPENDING).</summary>
    Task<StreamPendingMessageInfo[]> StreamPendingMessagesAsync(
        RedisKey key, RedisValue groupName, int count, RedisValue consumerName, RedisValue? minId = null,
        RedisValue? maxId = null, long? minIdleTimeInMs = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Entries by id (XRANGE, XREVRANGE).</summary>
    Task<StreamEntry[]> StreamRangeAsync(
        RedisKey key, RedisValue? minId = null, RedisValue? maxId = null, int? count = null,
        Order messageOrder = Order.Ascending, CommandFlags flags = CommandFlags.None);

    /// <summary>Entries after a position (XREAD).</summary>
    Task<StreamEntry[]> StreamReadAsync(
        RedisKey key, RedisValue position, int? count = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Entries of several streams (XREAD); streams without any are left out.</summary>
    Task<RedisStream[]> StreamReadAsync(
        StreamPosition[] streamPositions, int? countPerStream = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Entries for a consumer (XREADGROUP).</summary>
    Task<StreamEntry[]> StreamReadGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue consumerName, RedisValue? position, int? count,
        CommandFlags flags);

    /// <summary>Entries for a consumer (XREADGROUP).</summary>
    Task<StreamEntry[]> StreamReadGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue consumerName, RedisValue? position, int? count, bool noAck,
        CommandFlags flags);

    /// <summary>Entries for a consumer, by default new ones (XREADGROUP). Does not wait for entries.</summary>
    Task<StreamEntry[]> StreamReadGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue consumerName, RedisValue? position = null, int? count = null,
        bool noAck = false, TimeSpan? claimMinIdleTime = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Entries of several streams for a consumer (XREADGROUP); streams without any are left out.</summary>
    Task<RedisStream[]> StreamReadGroupAsync(
        StreamPosition[] streamPositions, RedisValue groupName, RedisValue consumerName, int? countPerStream,
        CommandFlags flags);

    /// <summary>Entries of several streams for a consumer (XREADGROUP); streams without any are left out.</summary>
    Task<RedisStream[]> StreamReadGroupAsync(
        StreamPosition[] streamPositions, RedisValue groupName, RedisValue consumerName, int? countPerStream,
        bool noAck, CommandFlags flags);

    /// <summary>Entries of several streams for a consumer (XREADGROUP); streams without any are left out.</summary>
    Task<RedisStream[]> StreamReadGroupAsync(
        StreamPosition[] streamPositions, RedisValue groupName, RedisValue consumerName, int? countPerStream = null,
        bool noAck = false, TimeSpan? claimMinIdleTime = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Shortens a stream to a length (XTRIM MAXLEN), whether or not groups have read it; how many were removed.</summary>
    Task<long> StreamTrimAsync(RedisKey key, int maxLength, bool useApproximateMaxLength, CommandFlags flags);

    /// <summary>Shortens a stream to a length (XTRIM MAXLEN), whether or not groups have read it; how many were removed.</summary>
    Task<long> StreamTrimAsync(
        RedisKey key, long maxLength, bool useApproximateMaxLength = false, long? limit = null,
        StreamTrimMode mode = StreamTrimMode.KeepReferences, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes the entries before an id (XTRIM MINID); how many were removed.</summary>
    Task<long> StreamTrimByMinIdAsync(
        RedisKey key, RedisValue minId, bool useApproximateMaxLength = false, long? limit = null,
        StreamTrimMode mode = StreamTrimMode.KeepReferences, CommandFlags flags = CommandFlags.None);
}
