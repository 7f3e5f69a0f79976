namespace StackExchange.Redis.Internal;

/// <summary>Replies about streams and of pairs, as their types.</summary>
internal static class Replies
{
    public static T[] Pairs<T>(RespValue reply, Func<RedisValue, RedisValue, T> pair)
    {
        var items = reply.Items;
        var pairs = new T[items.Length / 2];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = pair(items[2 * i].AsValue(), items[(2 * i) + 1].AsValue());
        }

        return pairs;
    }

    public static StreamEntry[] Entries(RespValue reply) => Array.ConvertAll(reply.Items, Entry);

    // *N of: *2 key, entries; nothing when no stream has any.
    public static RedisStream[] Streams(RespValue reply) => Array.ConvertAll(
        reply.Items, item => new RedisStream((byte[]?)item.Items[0].AsValue(), Entries(item.Items[1])));

    public static StreamEntry[] EntriesOfOnlyStream(RespValue reply) =>
        reply.Items is [var stream, ..] ? Entries(stream.Items[1]) : [];

    // *3: next id, entries, ids that are gone.
    public static StreamAutoClaimResult AutoClaim(RespValue reply) =>
        new(reply.Items[0].AsValue(), Entries(reply.Items[1]), Gone(reply));

    public static StreamAutoClaimIdsOnlyResult AutoClaimIds(RespValue reply) =>
        new(reply.Items[0].AsValue(), reply.Items[1].AsValues(), Gone(reply));

    // *4: count, lowest, highest, *N of: *2 consumer, count.
    public static StreamPendingInfo Pending(RespValue reply) => new(
        (int)reply.Items[0].AsInt64(),
        reply.Items[1].AsValue(),
        reply.Items[2].AsValue(),
        Array.ConvertAll(
            reply.Items[3].Items, item => new StreamConsumer(item.Items[0].AsValue(), (int)item.Items[1].AsInt64())));

    // *N of: *4 id, consumer, idle, deliveries.
    public static StreamPendingMessageInfo[] PendingMessages(RespValue reply) => Array.ConvertAll(
        reply.Items,
        item => new StreamPendingMessageInfo(
            item.Items[0].AsValue(), item.Items[1].AsValue(), item.Items[2].AsInt64(), (int)item.Items[3].AsInt64()));

    public static StreamConsumerInfo[] Consumers(
        RespValue reply) => Array.ConvertAll(reply.Items, item => new StreamConsumerInfo(
        Text(item, "name") ?? "", (int)(Number(item, "pending") ?? 0), Number(item, "idle") ?? 0));

    public static StreamGroupInfo[] Groups(
        RespValue reply) => Array.ConvertAll(reply.Items, item => new StreamGroupInfo(
        Text(item, "name") ?? "",
        (int)(Number(item, "consumers") ?? 0),
        (int)(Number(item, "pending") ?? 0),
        Text(item, "last-delivered-id"),
        Number(item, "entries-read"),
        Number(item, "lag")));

    public static StreamInfo Stream(RespValue reply) => new(
        (int)(Number(reply, "length") ?? 0),
        (int)(Number(reply, "groups") ?? 0),
        Entry(Field(reply, "first-entry")),
        Entry(Field(reply, "last-entry")),
        Field(reply, "last-generated-id").AsValue());

    // *2: id, *N of names and values; the second is nothing when the entry was deleted.
    private static StreamEntry Entry(RespValue item) => item.Items switch
    {
        [var id, var fields] => new(id.AsValue(), Fields(fields)),
        [var id, var fields, var idle, var deliveries] => new(
            id.AsValue(), Fields(fields), TimeSpan.FromMilliseconds(idle.AsInt64()), (int)deliveries.AsInt64()),
        _ => StreamEntry.Null,
    };

    private static NameValueEntry[] Fields(RespValue reply) =>
        Pairs(reply, static (name, value) => new NameValueEntry(name, value));

    private static RedisValue[] Gone(RespValue reply) => reply.Items.Length > 2 ? reply.Items[2].AsValues() : [];

    private static RespValue Field(RespValue map, string name)
    {
        for (var i = 0; i + 1 < map.Items.Length; i += 2)
        {
            if (map.Items[i].Text == name)
            {
                return map.Items[i + 1];
            }
        }

        return default;
    }

    private static string? Text(RespValue map, string name) => Field(map, name).AsValue();

    private static long? Number(RespValue map, string name) => (long?)Field(map, name).AsValue();
}
