namespace StackExchange.Redis.Internal;

internal abstract partial class DatabaseCommands
{
    public Task<RedisValue> HashGetAsync(RedisKey key, RedisValue hashField, CommandFlags flags = CommandFlags.None) =>
        Value("HGET", [key.AsArgument(), hashField], flags);

    public Task<RedisValue[]> HashGetAsync(
        RedisKey key, RedisValue[] hashFields, CommandFlags flags = CommandFlags.None) =>
        hashFields is [] ? Task.FromResult<RedisValue[]>([]) : Values("HMGET", Arguments.OfKey(key, hashFields), flags);

    public Task<HashEntry[]> HashGetAllAsync(RedisKey key, CommandFlags flags = CommandFlags.None) => SendAsync(
        "HGETALL", [key.AsArgument()], static reply => Replies.Pairs(reply, (name, value) => new HashEntry(name, value)), flags);

    public Task HashSetAsync(RedisKey key, HashEntry[] hashFields, CommandFlags flags = CommandFlags.None) =>
        hashFields is []
            ? Task.CompletedTask
            : Number(
                "HSET",
                Arguments.OfKey(key, [.. hashFields.SelectMany(field => (RedisValue[])[field.Name, field.Value])]),
                flags);

    public Task<bool> HashSetAsync(
        RedisKey key, RedisValue hashField, RedisValue value, When when = When.Always, CommandFlags flags = CommandFlags.None) =>
        value.IsNull ? HashDeleteAsync(key, hashField, flags)
        : when switch
        {
            When.Always => YesOrNo("HSET", [key.AsArgument(), hashField, value], flags),
            When.NotExists => YesOrNo("HSETNX", [key.AsArgument(), hashField, value], flags),
            _ => throw new ArgumentException($"{when} is not valid in this context; the permitted values are: Always, NotExists"),
        };

    public Task<bool> HashDeleteAsync(RedisKey key, RedisValue hashField, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("HDEL", [key.AsArgument(), hashField], flags);

    public Task<long> HashDeleteAsync(RedisKey key, RedisValue[] hashFields, CommandFlags flags = CommandFlags.None) =>
        hashFields is [] ? Task.FromResult(0L) : Number("HDEL", Arguments.OfKey(key, hashFields), flags);

    public Task<bool> HashExistsAsync(RedisKey key, RedisValue hashField, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("HEXISTS", [key.AsArgument(), hashField], flags);

    public Task<long> HashIncrementAsync(
        RedisKey key, RedisValue hashField, long value = 1, CommandFlags flags = CommandFlags.None) =>
        Number("HINCRBY", [key.AsArgument(), hashField, value], flags);

    public Task<double> HashIncrementAsync(
        RedisKey key, RedisValue hashField, double value, CommandFlags flags = CommandFlags.None) =>
        Real("HINCRBYFLOAT", [key.AsArgument(), hashField, value], flags);

    public Task<long> HashDecrementAsync(
        RedisKey key, RedisValue hashField, long value = 1, CommandFlags flags = CommandFlags.None) =>
        HashIncrementAsync(key, hashField, -value, flags);

    public Task<double> HashDecrementAsync(
        RedisKey key, RedisValue hashField, double value, CommandFlags flags = CommandFlags.None) =>
        HashIncrementAsync(key, hashField, -value, flags);

    public Task<RedisValue[]> HashKeysAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        Values("HKEYS", [key.AsArgument()], flags);

    public Task<RedisValue[]> HashValuesAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        Values("HVALS", [key.AsArgument()], flags);

    public Task<long> HashLengthAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        Number("HLEN", [key.AsArgument()], flags);

    public Task<bool> SortedSetAddAsync(
        RedisKey key, RedisValue member, double score, SortedSetWhen when = SortedSetWhen.Always, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("ZADD", [key.AsArgument(), .. Conditions(when), score, member], flags);

    public Task<long> SortedSetAddAsync(
        RedisKey key, SortedSetEntry[] values, SortedSetWhen when = SortedSetWhen.Always, CommandFlags flags = CommandFlags.None) =>
        values is []
            ? Task.FromResult(0L)
            : Number(
                "ZADD",
                [key.AsArgument(), .. Conditions(when), .. values.SelectMany(value => (RedisValue[])[value.Score, value.Element])],
                flags);

    public Task<double> SortedSetIncrementAsync(
        RedisKey key, RedisValue member, double value, CommandFlags flags = CommandFlags.None) =>
        Real("ZINCRBY", [key.AsArgument(), value, member], flags);

    public Task<double> SortedSetDecrementAsync(
        RedisKey key, RedisValue member, double value, CommandFlags flags = CommandFlags.None) =>
        SortedSetIncrementAsync(key, member, -value, flags);

    public Task<long> SortedSetLengthAsync(
        RedisKey key,
        double min = double.NegativeInfinity,
        double max = double.PositiveInfinity,
        Exclude exclude = Exclude.None,
        CommandFlags flags = CommandFlags.None) =>
        double.IsNegativeInfinity(min) && double.IsPositiveInfinity(max)
            ? Number("ZCARD", [key.AsArgument()], flags)
            : Number("ZCOUNT", [key.AsArgument(), Bound(min, exclude, Exclude.Start), Bound(max, exclude, Exclude.Stop)], flags);

    public Task<RedisValue[]> SortedSetRangeByRankAsync(
        RedisKey key, long start = 0, long stop = -1, Order order = Order.Ascending, CommandFlags flags = CommandFlags.None) =>
        Values(order == Order.Ascending ? "ZRANGE" : "ZREVRANGE", [key.AsArgument(), start, stop], flags);

    public Task<SortedSetEntry[]> SortedSetRangeByRankWithScoresAsync(
        RedisKey key, long start = 0, long stop = -1, Order order = Order.Ascending, CommandFlags flags = CommandFlags.None) =>
        Scored(order == Order.Ascending ? "ZRANGE" : "ZREVRANGE", [key.AsArgument(), start, stop, "WITHSCORES"], flags);

    public Task<RedisValue[]> SortedSetRangeByScoreAsync(
        RedisKey key,
        double start = double.NegativeInfinity,
        double stop = double.PositiveInfinity,
        Exclude exclude = Exclude.None,
        Order order = Order.Ascending,
        long skip = 0,
        long take = -1,
        CommandFlags flags = CommandFlags.None) =>
        Values(ByScore(order), ByScoreArguments(key, start, stop, exclude, order, skip, take, []), flags);

    public Task<SortedSetEntry[]> SortedSetRangeByScoreWithScoresAsync(
        RedisKey key,
        double start = double.NegativeInfinity,
        double stop = double.PositiveInfinity,
        Exclude exclude = Exclude.None,
        Order order = Order.Ascending,
        long skip = 0,
        long take = -1,
        CommandFlags flags = CommandFlags.None) =>
        Scored(ByScore(order), ByScoreArguments(key, start, stop, exclude, order, skip, take, ["WITHSCORES"]), flags);

    public Task<long?> SortedSetRankAsync(
        RedisKey key, RedisValue member, Order order = Order.Ascending, CommandFlags flags = CommandFlags.None) => SendAsync(
            order == Order.Ascending ? "ZRANK" : "ZREVRANK", [key.AsArgument(), member], static reply => (long?)reply.AsValue(), flags);

    public Task<bool> SortedSetRemoveAsync(RedisKey key, RedisValue member, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("ZREM", [key.AsArgument(), member], flags);

    public Task<long> SortedSetRemoveAsync(
        RedisKey key, RedisValue[] members, CommandFlags flags = CommandFlags.None) =>
        members is [] ? Task.FromResult(0L) : Number("ZREM", Arguments.OfKey(key, members), flags);

    public Task<long> SortedSetRemoveRangeByRankAsync(
        RedisKey key, long start, long stop, CommandFlags flags = CommandFlags.None) =>
        Number("ZREMRANGEBYRANK", [key.AsArgument(), start, stop], flags);

    public Task<long> SortedSetRemoveRangeByScoreAsync(
        RedisKey key, double start, double stop, Exclude exclude = Exclude.None, CommandFlags flags = CommandFlags.None) =>
        Number(
            "ZREMRANGEBYSCORE",
            [key.AsArgument(), Bound(start, exclude, Exclude.Start), Bound(stop, exclude, Exclude.Stop)],
            flags);

    public Task<double?> SortedSetScoreAsync(RedisKey key, RedisValue member, CommandFlags flags = CommandFlags.None) =>
        SendAsync("ZSCORE", [key.AsArgument(), member], static reply => (double?)reply.AsValue(), flags);

    private Task<SortedSetEntry[]> Scored(string name, RedisValue[] arguments, CommandFlags flags) => SendAsync(
        name, arguments, static reply => Replies.Pairs(reply, (name, value) => new SortedSetEntry(name, (double)value)), flags);

    private static string ByScore(Order order) => order == Order.Ascending ? "ZRANGEBYSCORE" : "ZREVRANGEBYSCORE";

    private static RedisValue[] ByScoreArguments(
        RedisKey key, double start, double stop, Exclude exclude, Order order, long skip, long take, RedisValue[] scores)
    {
        var (low, high) = (Bound(Math.Min(start, stop), exclude, Exclude.Start), Bound(Math.Max(start, stop), exclude, Exclude.Stop));
        RedisValue[] limit = skip == 0 && take == -1 ? [] : ["LIMIT", skip, take];
        return order == Order.Ascending
            ? [key.AsArgument(), low, high, .. scores, .. limit]
            : [key.AsArgument(), high, low, .. scores, .. limit];
    }

    private static RedisValue Bound(double score, Exclude exclude, Exclude end) =>
        exclude.HasFlag(end) ? $"({(RedisValue)score}" : score;

    private static RedisValue[] Conditions(SortedSetWhen when)
    {
        List<RedisValue> words = [];
        foreach (var (condition, word) in ((SortedSetWhen, string)[])
            [(SortedSetWhen.NotExists, "NX"), (SortedSetWhen.Exists, "XX"), (SortedSetWhen.GreaterThan, "GT"), (SortedSetWhen.LessThan, "LT")])
        {
            if (when.HasFlag(condition))
            {
                words.Add(word);
            }
        }

        return [.. words];
    }
}
