namespace StackExchange.Redis;

/// <summary>
/// The commands on keys, without waiting. Every task fails with <see cref="RedisServerException"/> when the server refuses
/// the command, with <see cref="RedisTimeoutException"/> when no reply comes within the async timeout, and with
/// <see cref="RedisConnectionException"/> when there is no connection for that long or it is lost.
/// </summary>
public partial interface IDatabaseAsync : IRedisAsync
{
    /// <summary>Whether the server of the key is connected.</summary>
    bool IsConnected(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>Sends a command by name (GET, "key").</summary>
    Task<RedisResult> ExecuteAsync(string command, params object[] args);

    /// <summary>Sends a command by name.</summary>
    Task<RedisResult> ExecuteAsync(string command, ICollection<object>? args, CommandFlags flags = CommandFlags.None);

    /// <summary>Runs a Lua script: by its hash where the server knows it, else by its text.</summary>
    Task<RedisResult> ScriptEvaluateAsync(
        string script, RedisKey[]? keys = null, RedisValue[]? values = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Runs a Lua script that the server has, by its SHA1.</summary>
    Task<RedisResult> ScriptEvaluateAsync(
        byte[] hash, RedisKey[]? keys = null, RedisValue[]? values = null, CommandFlags flags = CommandFlags.None);

    /// <summary>Publishes a message (PUBLISH); the number of receivers.</summary>
    Task<long> PublishAsync(RedisChannel channel, RedisValue message, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes a key (DEL); whether there was one.</summary>
    Task<bool> KeyDeleteAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes keys (DEL); how many there were.</summary>
    Task<long> KeyDeleteAsync(RedisKey[] keys, CommandFlags flags = CommandFlags.None);

    /// <summary>Whether a key exists (EXISTS).</summary>
    Task<bool> KeyExistsAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>How many of the keys exist (EXISTS).</summary>
    Task<long> KeyExistsAsync(RedisKey[] keys, CommandFlags flags = CommandFlags.None);

    /// <summary>Sets or, by null, removes a key's expiry (PEXPIRE, PERSIST); whether that was done.</summary>
    Task<bool> KeyExpireAsync(RedisKey key, TimeSpan? expiry, CommandFlags flags);

    /// <summary>Sets or, by null, removes a key's expiry (PEXPIRE, PERSIST); whether that was done.</summary>
    Task<bool> KeyExpireAsync(
        RedisKey key, TimeSpan? expiry, ExpireWhen when = ExpireWhen.Always, CommandFlags flags = CommandFlags.None);

    /// <summary>Sets or, by null, removes a key's expiry (PEXPIREAT, PERSIST); whether that was done.</summary>
    Task<bool> KeyExpireAsync(RedisKey key, DateTime? expiry, CommandFlags flags);

    /// <summary>Sets or, by null, removes a key's expiry (PEXPIREAT, PERSIST); whether that was done.</summary>
    Task<bool> KeyExpireAsync(
        RedisKey key, DateTime? expiry, ExpireWhen when = ExpireWhen.Always, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes a key's expiry (PERSIST); whether there was one.</summary>
    Task<bool> KeyPersistAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>The time a key has left (PTTL); null without a key or an expiry.</summary>
    Task<TimeSpan?> KeyTimeToLiveAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>A value (GET).</summary>
    Task<RedisValue> StringGetAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>Values (MGET), null where there is none.</summary>
    Task<RedisValue[]> StringGetAsync(RedisKey[] keys, CommandFlags flags = CommandFlags.None);

    /// <summary>Gets and removes a value (GETDEL).</summary>
    Task<RedisValue> StringGetDeleteAsync(RedisKey key, CommandFlags flags = CommandFlags.None);

    /// <summary>Writes a value (SET); whether it was written. A null value removes the key.</summary>
    Task<bool> StringSetAsync(RedisKey key, RedisValue value, TimeSpan? expiry, When when);

    /// <summary>Writes a value (SET); whether it was written. A null value removes the key.</summary>
    Task<bool> StringSetAsync(RedisKey key, RedisValue value, TimeSpan? expiry, When when, CommandFlags flags);

    /// <summary>Writes a value (SET); whether it was written. A null value removes the key.</summary>
    Task<bool> StringSetAsync(
        RedisKey key, RedisValue value, TimeSpan? expiry, bool keepTtl, When when = When.Always,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Writes a value (SET); whether it was written. A null value removes the key.</summary>
    Task<bool> StringSetAsync(
        RedisKey key, RedisValue value, Expiration expiry = default, ValueCondition when = default,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Adds to a number (INCRBY); the new number.</summary>
    Task<long> StringIncrementAsync(RedisKey key, long value = 1, CommandFlags flags = CommandFlags.None);

    /// <summary>Adds to a number (INCRBYFLOAT); the new number.</summary>
    Task<double> StringIncrementAsync(RedisKey key, double value, CommandFlags flags = CommandFlags.None);

    /// <summary>Subtracts from a number (DECRBY); the new number.</summary>
    Task<long> StringDecrementAsync(RedisKey key, long value = 1, CommandFlags flags = CommandFlags.None);

    /// <summary>Subtracts from a number (INCRBYFLOAT); the new number.</summary>
    Task<double> StringDecrementAsync(RedisKey key, double value, CommandFlags flags = CommandFlags.None);
}
