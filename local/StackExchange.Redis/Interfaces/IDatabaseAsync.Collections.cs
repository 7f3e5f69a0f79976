namespace StackExchange.Redis;

public partial interface IDatabaseAsync
{
    /// <summary>A field (HGET).</summary>
    Task<RedisValue> HashGetAsync(RedisKey key, RedisValue hashField, CommandFlags flags = CommandFlags.None);

    /// <summary>Fields (HMGET), null where there is none.</summary>
    Task<RedisValue[]> HashGetAsync(RedisKey key, RedisValue[] hashFields, CommandFlags flags = CommandFlags.None);

    /// <summary>All fields (HGETALL).</summary>
    Task<HashEntry[]> HashGetAllAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>Writes fields (HSET).</summary>
    Task HashSetAsync(RedisKey key, HashEntry[] hashFields, CommandFlags flags = CommandFlags.None);

    /// <summary>Writes a field (HSET, HSETNX); whether it is new. A null value removes the field.</summary>
    Task<bool> HashSetAsync(
        RedisKey key, RedisValue hashField, RedisValue value, When when = When.Always,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Removes a field (HDEL); whether there was one.</summary>
    Task<bool> HashDeleteAsync(RedisKey key, RedisValue hashField, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes fields (HDEL); how many there were.</summary>
    Task<long> HashDeleteAsync(RedisKey key, RedisValue[] hashFields, CommandFlags flags = CommandFlags.None);

    /// <summary>Whether there is a field (HEXISTS).</summary>
    Task<bool> HashExistsAsync(RedisKey key, RedisValue hashField, CommandFlags flags = CommandFlags.None);

    /// <summary>Adds to a number (HINCRBY); the new number.</summary>
    Task<long> HashIncrementAsync(
        RedisKey key, RedisValue hashField, long value = 1, CommandFlags flags = CommandFlags.None);

    /// <summary>Adds to a number (HINCRBYFLOAT); the new number.</summary>
    Task<double> HashIncrementAsync(
        RedisKey key, RedisValue hashField, double value, CommandFlags flags = CommandFlags.None);

    /// <summary>Subtracts from a number (HINCRBY); the new number.</summary>
    Task<long> HashDecrementAsync(
        RedisKey key, RedisValue hashField, long value = 1, CommandFlags flags = CommandFlags.None);

    /// <summary>Subtracts from a number (HINCRBYFLOAT); the new number.</summary>
    Task<double> HashDecrementAsync(
        RedisKey key, RedisValue hashField, double value, CommandFlags flags = CommandFlags.None);

    /// <summary>The names of the fields (HKEYS).</summary>
    Task<RedisValue[]> HashKeysAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>The values of the fields (HVALS).</summary>
    Task<RedisValue[]> HashValuesAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>The number of fields (HLEN).</summary>
    Task<long> HashLengthAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>Adds or moves a member (ZADD); whether it is new.</summary>
    Task<bool> SortedSetAddAsync(
        RedisKey key, RedisValue member, double score, SortedSetWhen when = SortedSetWhen.Always,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Adds or moves members (ZADD); how many are new.</summary>
    Task<long> SortedSetAddAsync(
        RedisKey key, SortedSetEntry[] values, SortedSetWhen when = SortedSetWhen.Always,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Adds to a score (ZINCRBY); the new score.</summary>
    Task<double> SortedSetIncrementAsync(
        RedisKey key, RedisValue member, double value, CommandFlags flags = CommandFlags.None);

    /// <summary>Subtracts from a score (ZINCRBY); the new score.</summary>
    Task<double> SortedSetDecrementAsync(
        RedisKey key, RedisValue member, double value, CommandFlags flags = CommandFlags.None);

    /// <summary>The number of members with such scores (ZCARD, ZCOUNT).</summary>
    Task<long> SortedSetLengthAsync(
        RedisKey key, double min = double.NegativeInfinity, double max = double.PositiveInfinity,
        Exclude exclude = Exclude.None, CommandFlags flags = CommandFlags.None);

    /// <summary>Members by rank (ZRANGE, ZREVRANGE).</summary>
    Task<RedisValue[]> SortedSetRangeByRankAsync(
        RedisKey key, long start = 0, long stop = -1, Order order = Order.Ascending,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Members by rank, with their scores (ZRANGE, ZREVRANGE).</summary>
    Task<SortedSetEntry[]> SortedSetRangeByRankWithScoresAsync(
        RedisKey key, long start = 0, long stop = -1, Order order = Order.Ascending,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Members by score (ZRANGEBYSCORE, ZREVRANGEBYSCORE).</summary>
    Task<RedisValue[]> SortedSetRangeByScoreAsync(
        RedisKey key, double start = double.NegativeInfinity, double stop = double.PositiveInfinity,
        Exclude exclude = Exclude.None, Order order = Order.Ascending, long skip = 0, long take = -1,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Members by score, with their scores (ZRANGEBYSCORE, ZREVRANGEBYSCORE).</summary>
    Task<SortedSetEntry[]> SortedSetRangeByScoreWithScoresAsync(
        RedisKey key, double start = double.NegativeInfinity, double stop = double.PositiveInfinity,
        Exclude exclude = Exclude.None, Order order = Order.Ascending, long skip = 0, long take = -1,
        CommandFlags flags = CommandFlags.None);

    /// <summary>A member's rank (ZRANK, ZREVRANK); null when it is none.</summary>
    Task<long?> SortedSetRankAsync(
        RedisKey key, RedisValue member, Order order = Order.Ascending, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes a member (ZREM); whether it was one.</summary>
    Task<bool> SortedSetRemoveAsync(RedisKey key, RedisValue member, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes members (ZREM); how many there were.</summary>
    Task<long> SortedSetRemoveAsync(RedisKey key, RedisValue[] members, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes members by rank (ZREMRANGEBYRANK); how many there were.</summary>
    Task<long> SortedSetRemoveRangeByRankAsync(
        RedisKey key, long start, long stop, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes members by score (ZREMRANGEBYSCORE); how many there were.</summary>
    Task<long> SortedSetRemoveRangeByScoreAsync(
        RedisKey key, double start, double stop, Exclude exclude = Exclude.None,
        CommandFlags flags = CommandFlags.None);

    /// <summary>A member's score (ZSCORE); null when it is none.</summary>
    Task<double?> SortedSetScoreAsync(RedisKey key, RedisValue member, CommandFlags flags = CommandFlags.None);
}
