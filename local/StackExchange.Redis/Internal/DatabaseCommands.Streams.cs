namespace StackExchange.Redis.Internal;

internal abstract partial class DatabaseCommands
{
    public Task<long> StreamAcknowledgeAsync(
        RedisKey key, RedisValue groupName, RedisValue messageId, CommandFlags flags = CommandFlags.None) =>
        Number("XACK", [key.AsArgument(), groupName, messageId], flags);

    public Task<long> StreamAcknowledgeAsync(
        RedisKey key, RedisValue groupName, RedisValue[] messageIds, CommandFlags flags = CommandFlags.None) =>
        Number("XACK", [key.AsArgument(), groupName, .. AtLeastOne(messageIds, nameof(messageIds))], flags);

    public Task<RedisValue> StreamAddAsync(
        RedisKey key, RedisValue streamField, RedisValue streamValue, RedisValue? messageId, int? maxLength, bool useApproximateMaxLength, CommandFlags flags) =>
        StreamAddAsync(key, streamField, streamValue, messageId, (long?)maxLength, useApproximateMaxLength, null, StreamTrimMode.KeepReferences, flags);

    public Task<RedisValue> StreamAddAsync(
        RedisKey key, NameValueEntry[] streamPairs, RedisValue? messageId, int? maxLength, bool useApproximateMaxLength, CommandFlags flags) =>
        StreamAddAsync(key, streamPairs, messageId, (long?)maxLength, useApproximateMaxLength, null, StreamTrimMode.KeepReferences, flags);

    public Task<RedisValue> StreamAddAsync(
        RedisKey key,
        RedisValue streamField,
        RedisValue streamValue,
        RedisValue? messageId = null,
        long? maxLength = null,
        bool useApproximateMaxLength = false,
        long? limit = null,
        StreamTrimMode trimMode = StreamTrimMode.KeepReferences,
        CommandFlags flags = CommandFlags.None) =>
        StreamAddAsync(key, [new(streamField, streamValue)], messageId, maxLength, useApproximateMaxLength, limit, trimMode, flags);

    public Task<RedisValue> StreamAddAsync(
        RedisKey key,
        NameValueEntry[] streamPairs,
        RedisValue? messageId = null,
        long? maxLength = null,
        bool useApproximateMaxLength = false,
        long? limit = null,
        StreamTrimMode trimMode = StreamTrimMode.KeepReferences,
        CommandFlags flags = CommandFlags.None)
    {
        AtLeastOne(streamPairs, nameof(streamPairs));
        RedisValue[] trim = maxLength is { } length ? Trim("MAXLEN", length, useApproximateMaxLength, limit, trimMode) : [];
        var arguments = new RedisValue[2 + trim.Length + (2 * streamPairs.Length)];
        arguments[0] = key.AsArgument();
        trim.CopyTo(arguments, 1);
        var next = trim.Length + 1;
        arguments[next++] = messageId ?? "*";
        foreach (var pair in streamPairs)
        {
            arguments[next++] = pair.Name;
            arguments[next++] = pair.Value;
        }

        return Value("XADD", arguments, flags);
    }

    public Task<StreamAutoClaimResult> StreamAutoClaimAsync(
        RedisKey key,
        RedisValue consumerGroup,
        RedisValue claimingConsumer,
        long minIdleTimeInMs,
        RedisValue startAtId,
        int? count = null,
        CommandFlags flags = CommandFlags.None) => SendAsync(
            "XAUTOCLAIM",
            [key.AsArgument(), consumerGroup, claimingConsumer, minIdleTimeInMs, startAtId, .. Count(count)],
            Replies.AutoClaim,
            flags);

    public Task<StreamAutoClaimIdsOnlyResult> StreamAutoClaimIdsOnlyAsync(
        RedisKey key,
        RedisValue consumerGroup,
        RedisValue claimingConsumer,
        long minIdleTimeInMs,
        RedisValue startAtId,
        int? count = null,
        CommandFlags flags = CommandFlags.None) => SendAsync(
            "XAUTOCLAIM",
            [key.AsArgument(), consumerGroup, claimingConsumer, minIdleTimeInMs, startAtId, .. Count(count), "JUSTID"],
            Replies.AutoClaimIds,
            flags);

    public Task<StreamEntry[]> StreamClaimAsync(
        RedisKey key, RedisValue consumerGroup, RedisValue claimingConsumer, long minIdleTimeInMs, RedisValue[] messageIds, CommandFlags flags = CommandFlags.None) =>
        SendAsync(
            "XCLAIM",
            [key.AsArgument(), consumerGroup, claimingConsumer, minIdleTimeInMs, .. AtLeastOne(messageIds, nameof(messageIds))],
            Replies.Entries,
            flags);

    public Task<RedisValue[]> StreamClaimIdsOnlyAsync(
        RedisKey key, RedisValue consumerGroup, RedisValue claimingConsumer, long minIdleTimeInMs, RedisValue[] messageIds, CommandFlags flags = CommandFlags.None) =>
        Values(
            "XCLAIM",
            [key.AsArgument(), consumerGroup, claimingConsumer, minIdleTimeInMs, .. AtLeastOne(messageIds, nameof(messageIds)), "JUSTID"],
            flags);

    public Task<bool> StreamConsumerGroupSetPositionAsync(
        RedisKey key, RedisValue groupName, RedisValue position, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("XGROUP", ["SETID", key.AsArgument(), groupName, StreamPosition.Resolve(position, "$")], flags);

    public Task<StreamConsumerInfo[]> StreamConsumerInfoAsync(
        RedisKey key, RedisValue groupName, CommandFlags flags = CommandFlags.None) =>
        SendAsync("XINFO", ["CONSUMERS", key.AsArgument(), groupName], Replies.Consumers, flags);

    public Task<bool> StreamCreateConsumerGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue? position, CommandFlags flags) =>
        StreamCreateConsumerGroupAsync(key, groupName, position, createStream: true, flags);

    public Task<bool> StreamCreateConsumerGroupAsync(
        RedisKey key, RedisValue groupName, RedisValue? position = null, bool createStream = true, CommandFlags flags = CommandFlags.None)
    {
        var from = StreamPosition.Resolve(position ?? StreamPosition.NewMessages, "$");
        return YesOrNo(
            "XGROUP",
            createStream
                ? ["CREATE", key.AsArgument(), groupName, from, "MKSTREAM"]
                : ["CREATE", key.AsArgument(), groupName, from],
            flags);
    }

    public Task<long> StreamDeleteAsync(
        RedisKey key, RedisValue[] messageIds, CommandFlags flags = CommandFlags.None) =>
        Number("XDEL", [key.AsArgument(), .. AtLeastOne(messageIds, nameof(messageIds))], flags);

    public Task<long> StreamDeleteConsumerAsync(
        RedisKey key, RedisValue groupName, RedisValue consumerName, CommandFlags flags = CommandFlags.None) =>
        Number("XGROUP", ["DELCONSUMER", key.AsArgument(), groupName, consumerName], flags);

    public Task<bool> StreamDeleteConsumerGroupAsync(
        RedisKey key, RedisValue groupName, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("XGROUP", ["DESTROY", key.AsArgument(), groupName], flags);

    public Task<StreamGroupInfo[]> StreamGroupInfoAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        SendAsync("XINFO", ["GROUPS", key.AsArgument()], Replies.Groups, flags);

    public Task<StreamInfo> StreamInfoAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        SendAsync("XINFO", ["STREAM", key.AsArgument()], Replies.Stream, flags);

    public Task<long> StreamLengthAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        Number("XLEN", [key.AsArgument()], flags);

    public Task<long> StreamTrimAsync(RedisKey key, int maxLength, bool useApproximateMaxLength, CommandFlags flags) =>
        StreamTrimAsync(key, (long)maxLength, useApproximateMaxLength, null, StreamTrimMode.KeepReferences, flags);

    public Task<long> StreamTrimAsync(
        RedisKey key,
        long maxLength,
        bool useApproximateMaxLength = false,
        long? limit = null,
        StreamTrimMode mode = StreamTrimMode.KeepReferences,
        CommandFlags flags = CommandFlags.None) =>
        Number("XTRIM", Arguments.OfKey(key, Trim("MAXLEN", maxLength, useApproximateMaxLength, limit, mode)), flags);

    public Task<long> StreamTrimByMinIdAsync(
        RedisKey key,
        RedisValue minId,
        bool useApproximateMaxLength = false,
        long? limit = null,
        StreamTrimMode mode = StreamTrimMode.KeepReferences,
        CommandFlags flags = CommandFlags.None) =>
        Number("XTRIM", Arguments.OfKey(key, Trim("MINID", minId, useApproximateMaxLength, limit, mode)), flags);

    private static RedisValue[] Trim(
        RedisValue word, RedisValue bound, bool isApproximate, long? limit, StreamTrimMode mode)
    {
        List<RedisValue> arguments = isApproximate ? [word, "~", bound] : [word, bound];
        if (limit is { } most)
        {
            arguments.AddRange(["LIMIT", most]);
        }

        if (mode != StreamTrimMode.KeepReferences)
        {
            arguments.Add(mode == StreamTrimMode.DeleteReferences ? "DELREF" : "ACKED");
        }

        return [.. arguments];
    }

    private static RedisValue[] Count(int? count) => count is { } most ? ["COUNT", most] : [];

    private static T[] AtLeastOne<T>(T[] items, string name)
    {
        ArgumentNullException.ThrowIfNull(items, name);
        return items.Length > 0 ? items : throw new ArgumentOutOfRangeException(name, $"{name} must contain at least one item.");
    }
}
