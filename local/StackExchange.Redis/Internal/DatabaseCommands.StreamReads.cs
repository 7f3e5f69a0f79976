namespace StackExchange.Redis.Internal;

internal abstract partial class DatabaseCommands
{
    public Task<StreamPendingInfo> StreamPendingAsync(
        RedisKey key, RedisValue groupName, CommandFlags flags = CommandFlags.None) =>
        SendAsync("XPENDING", [key.AsArgument(), groupName], Replies.Pending, flags);

    public Task<StreamPendingMessageInfo[]> StreamPendingMessagesAsync(
        RedisKey key, RedisValue groupName, int count, RedisValue consumerName, RedisValue? minId, RedisValue? maxId, CommandFlags flags) =>
        StreamPendingMessagesAsync(key, groupName, count, consumerName, minId, maxId, null, flags);

    public Task<StreamPendingMessageInfo[]> StreamPendingMessagesAsync(
        RedisKey key,
        RedisValue groupName,
        int count,
        RedisValue consumerName,
        RedisValue? minId = null,
        RedisValue? maxId = null,
        long? minIdleTimeInMs = null,
        CommandFlags flags = CommandFlags.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        List<RedisValue> arguments = [key.AsArgument(), groupName];
        if (minIdleTimeInMs is { } idle)
        {
            arguments.AddRange(["IDLE", idle]);
        }

        arguments.AddRange([minId ?? "-", maxId ?? "+", count]);
        if (!consumerName.IsNull)
        {
            arguments.Add(consumerName);
        }

        return SendAsync("XPENDING", [.. arguments], Replies.PendingMessages, flags);
    }

    public Task<StreamEntry[]> StreamRangeAsync(
        RedisKey key,
        RedisValue? minId = null,
        RedisValue? maxId = null,
        int? count = null,
        Order messageOrder = Order.Ascending,
        CommandFlags flags = CommandFlags.None)
    {
        var (low, high) = (minId ?? "-", maxId ?? "+");
        return messageOrder == Order.Ascending
            ? SendAsync("XRANGE", [key.AsArgument(), low, high, .. Count(count)], Replies.Entries, flags)
            : SendAsync("XREVRANGE", [key.AsArgument(), high, low, .. Count(count)], Replies.Entries, flags);
    }

    public Task<StreamEntry[]> StreamReadAsync(
        RedisKey key, RedisValue position, int? count = null, CommandFlags flags = CommandFlags.None) => SendAsync(
            "XREAD", [.. Count(count), "STREAMS", key.AsArgument(), ReadFrom(position)], Replies.EntriesOfOnlyStream, flags);

    public Task<RedisStream[]> StreamReadAsync(
        StreamPosition[] streamPositions, int? countPerStream = null, CommandFlags flags = CommandFlags.None)
    {
        AtLeastOne(streamPositions, nameof(streamPositions));
        return SendAsync(
            "XREAD",
            [
                .. Count(countPerStream),
                "STREAMS",
                .. streamPositions.Select(stream => stream.Key.AsArgument()),
                .. streamPositions.Select(stream => ReadFrom(stream.Position)),
            ],
            Replies.Streams,
            flags);
    }

    public Task<StreamEntry[]> StreamReadGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue consumerName, RedisValue? position, int? count, CommandFlags flags) =>
        StreamReadGroupAsync(key, groupName, consumerName, position, count, noAck: false, null, flags);

    public Task<StreamEntry[]> StreamReadGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue consumerName, RedisValue? position, int? count, bool noAck, CommandFlags flags) =>
        StreamReadGroupAsync(key, groupName, consumerName, position, count, noAck, null, flags);

    public Task<StreamEntry[]> StreamReadGroupAsync(
        RedisKey key,
        RedisValue groupName,
        RedisValue consumerName,
        RedisValue? position = null,
        int? count = null,
        bool noAck = false,
        TimeSpan? claimMinIdleTime = null,
        CommandFlags flags = CommandFlags.None) => SendAsync(
            "XREADGROUP",
            [
                .. Reader(groupName, consumerName, count, noAck, claimMinIdleTime),
                key.AsArgument(),
                StreamPosition.Resolve(position ?? StreamPosition.NewMessages, ">"),
            ],
            Replies.EntriesOfOnlyStream,
            flags);

    public Task<RedisStream[]> StreamReadGroupAsync(
        StreamPosition[] streamPositions, RedisValue groupName, RedisValue consumerName, int? countPerStream, CommandFlags flags) =>
        StreamReadGroupAsync(streamPositions, groupName, consumerName, countPerStream, noAck: false, null, flags);

    public Task<RedisStream[]> StreamReadGroupAsync(
        StreamPosition[] streamPositions, RedisValue groupName, RedisValue consumerName, int? countPerStream, bool noAck, CommandFlags flags) =>
        StreamReadGroupAsync(streamPositions, groupName, consumerName, countPerStream, noAck, null, flags);

    public Task<RedisStream[]> StreamReadGroupAsync(
        StreamPosition[] streamPositions,
        RedisValue groupName,
        RedisValue consumerName,
        int? countPerStream = null,
        bool noAck = false,
        TimeSpan? claimMinIdleTime = null,
        CommandFlags flags = CommandFlags.None)
    {
        AtLeastOne(streamPositions, nameof(streamPositions));
        return SendAsync(
            "XREADGROUP",
            [
                .. Reader(groupName, consumerName, countPerStream, noAck, claimMinIdleTime),
                .. streamPositions.Select(stream => stream.Key.AsArgument()),
                .. streamPositions.Select(stream => StreamPosition.Resolve(stream.Position, ">")),
            ],
            Replies.Streams,
            flags);
    }

    private static RedisValue[] Reader(
        RedisValue group, RedisValue consumer, int? count, bool noAck, TimeSpan? claimMinIdleTime)
    {
        List<RedisValue> arguments = ["GROUP", group, consumer, .. Count(count)];
        if (noAck)
        {
            arguments.Add("NOACK");
        }

        if (claimMinIdleTime is { } idle)
        {
            arguments.AddRange(["CLAIM", (long)idle.TotalMilliseconds]);
        }

        arguments.Add("STREAMS");
        return [.. arguments];
    }

    private static RedisValue ReadFrom(RedisValue position) => position == StreamPosition.NewMessages
        ? throw new InvalidOperationException("StreamPosition.NewMessages cannot be used with StreamRead.")
        : StreamPosition.Resolve(position, "$");
}
