namespace StackExchange.Redis.Internal;

/// <summary>Arguments of commands that several share.</summary>
internal static class Arguments
{
    public static RedisValue[] From(RedisKey[] keys) => Array.ConvertAll(keys, key => key.AsArgument());

    public static RedisValue[] From(ICollection<object>? arguments) => [.. (arguments ?? []).Select(From)];

    public static RedisValue[] OfKey(RedisKey key, RedisValue[] rest)
    {
        ArgumentNullException.ThrowIfNull(rest);
        return [key.AsArgument(), .. rest];
    }

    public static RedisValue[] OfScript(RedisValue script, RedisKey[]? keys, RedisValue[]? values) =>
        [script, keys?.Length ?? 0, .. From(keys ?? []), .. values ?? []];

    public static RedisValue[] OfExpiry(RedisKey key, long milliseconds, ExpireWhen when) => when switch
    {
        ExpireWhen.Always => [key.AsArgument(), milliseconds],
        ExpireWhen.HasNoExpiry => [key.AsArgument(), milliseconds, "NX"],
        ExpireWhen.HasExpiry => [key.AsArgument(), milliseconds, "XX"],
        ExpireWhen.GreaterThanCurrentExpiry => [key.AsArgument(), milliseconds, "GT"],
        ExpireWhen.LessThanCurrentExpiry => [key.AsArgument(), milliseconds, "LT"],
        _ => throw new ArgumentOutOfRangeException(nameof(when)),
    };

    private static RedisValue From(object argument) => argument switch
    {
        RedisValue value => value,
        RedisKey key => key.AsArgument(),
        RedisChannel channel => channel.AsArgument(),
        string text => text,
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> bytes => bytes,
        int number => number,
        long number => number,
        double number => number,
        bool truth => truth,
        _ => throw new InvalidCastException($"An argument of type {argument?.GetType().Name ?? "null"} cannot be sent."),
    };
}

/// <summary>Commands that the real library refuses unless admin mode is on; so they must fail here too.</summary>
internal static class AdminCommands
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "BGREWRITEAOF", "BGSAVE", "CLIENT", "CLUSTER", "CONFIG", "DEBUG", "FLUSHALL", "FLUSHDB", "INFO", "KEYS", "MONITOR",
        "REPLICAOF", "SAVE", "SHUTDOWN", "SLAVEOF", "SLOWLOG", "SWAPDB", "SYNC",
    };

    // They change the state of the line that all share, or answer in another way than one reply to one command.
    private static readonly HashSet<string> Unusable = new(StringComparer.OrdinalIgnoreCase)
    {
        "AUTH", "HELLO", "MONITOR", "MULTI", "PSUBSCRIBE", "PUNSUBSCRIBE", "QUIT", "RESET", "SELECT", "SUBSCRIBE",
        "SSUBSCRIBE", "SUNSUBSCRIBE", "SYNC", "UNSUBSCRIBE",
    };

    /// <summary>The name, when it may be sent.</summary>
    /// <exception cref="RedisCommandException">It may not.</exception>
    public static string Check(string name, ConfigurationOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Unusable.Contains(name) ? throw new RedisCommandException($"{name} cannot be used on a shared connection.")
            : Names.Contains(name) && !options.AllowAdmin
                ? throw new RedisCommandException(
                    $"This operation is not available unless admin mode is enabled: {name.ToUpperInvariant()}")
            : name;
    }
}
