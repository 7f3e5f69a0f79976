namespace StackExchange.Redis.Internal;

/// <summary>The commands on keys, for those that send them at once and those that collect them.</summary>
internal abstract partial class DatabaseCommands(ConnectionMultiplexer multiplexer, int database) : IDatabaseAsync
{
    public int Database { get; } = database;

    public IConnectionMultiplexer Multiplexer => Connected;

    protected ConnectionMultiplexer Connected { get; } = multiplexer;

    public bool IsConnected(RedisKey key, CommandFlags flags = CommandFlags.None) => Connected.IsConnected;

    public async Task<TimeSpan> PingAsync(CommandFlags flags = CommandFlags.None)
    {
        var began = TimeProvider.System.GetTimestamp();
        await SendAsync("PING", [], static reply => reply.AsValue(), flags);
        return TimeProvider.System.GetElapsedTime(began);
    }

    public Task<RedisResult> ExecuteAsync(
        string command, params object[] args) => ExecuteAsync(command, args, CommandFlags.None);

    public Task<RedisResult> ExecuteAsync(
        string command, ICollection<object>? args, CommandFlags flags = CommandFlags.None) => SendAsync(
            AdminCommands.Check(command, Connected.Options), Arguments.From(args), RedisResult.From, flags);

    public Task<RedisResult> ScriptEvaluateAsync(
        byte[] hash, RedisKey[]? keys = null, RedisValue[]? values = null, CommandFlags flags = CommandFlags.None) => SendAsync(
            "EVALSHA", Arguments.OfScript(Convert.ToHexStringLower(hash), keys, values), RedisResult.From, flags);

    public virtual Task<RedisResult> ScriptEvaluateAsync(
        string script, RedisKey[]? keys = null, RedisValue[]? values = null, CommandFlags flags = CommandFlags.None) => SendAsync(
            "EVAL", Arguments.OfScript(script, keys, values), RedisResult.From, flags);

    public Task<long> PublishAsync(RedisChannel channel, RedisValue message, CommandFlags flags = CommandFlags.None) =>
        Number("PUBLISH", [channel.AsArgument(), message], flags);

    public Task<bool> KeyDeleteAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("DEL", [key.AsArgument()], flags);

    public Task<long> KeyDeleteAsync(RedisKey[] keys, CommandFlags flags = CommandFlags.None) =>
        keys.Length == 0 ? Task.FromResult(0L) : Number("DEL", Arguments.From(keys), flags);

    public Task<bool> KeyExistsAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("EXISTS", [key.AsArgument()], flags);

    public Task<long> KeyExistsAsync(RedisKey[] keys, CommandFlags flags = CommandFlags.None) =>
        keys.Length == 0 ? Task.FromResult(0L) : Number("EXISTS", Arguments.From(keys), flags);

    public Task<bool> KeyExpireAsync(RedisKey key, TimeSpan? expiry, CommandFlags flags) =>
        KeyExpireAsync(key, expiry, ExpireWhen.Always, flags);

    public Task<bool> KeyExpireAsync(
        RedisKey key, TimeSpan? expiry, ExpireWhen when = ExpireWhen.Always, CommandFlags flags = CommandFlags.None) =>
        expiry is not { } time || time == TimeSpan.MaxValue
            ? KeyPersistAsync(key, flags)
            : YesOrNo("PEXPIRE", Arguments.OfExpiry(key, (long)time.TotalMilliseconds, when), flags);

    public Task<bool> KeyExpireAsync(RedisKey key, DateTime? expiry, CommandFlags flags) =>
        KeyExpireAsync(key, expiry, ExpireWhen.Always, flags);

    public Task<bool> KeyExpireAsync(
        RedisKey key, DateTime? expiry, ExpireWhen when = ExpireWhen.Always, CommandFlags flags = CommandFlags.None) =>
        expiry is not { } time || time == DateTime.MaxValue
            ? KeyPersistAsync(key, flags)
            : YesOrNo("PEXPIREAT", Arguments.OfExpiry(key, Expiration.UnixMilliseconds(time), when), flags);

    public Task<bool> KeyPersistAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        YesOrNo("PERSIST", [key.AsArgument()], flags);

    public Task<TimeSpan?> KeyTimeToLiveAsync(RedisKey key, CommandFlags flags = CommandFlags.None) => SendAsync(
        "PTTL",
        [key.AsArgument()],
        static reply => reply.AsInt64() is >= 0 and var left ? TimeSpan.FromMilliseconds(left) : (TimeSpan?)null,
        flags);

    public Task<RedisValue> StringGetAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        Value("GET", [key.AsArgument()], flags);

    public Task<RedisValue[]> StringGetAsync(RedisKey[] keys, CommandFlags flags = CommandFlags.None) =>
        keys.Length == 0 ? Task.FromResult<RedisValue[]>([]) : Values("MGET", Arguments.From(keys), flags);

    public Task<RedisValue> StringGetDeleteAsync(RedisKey key, CommandFlags flags = CommandFlags.None) =>
        Value("GETDEL", [key.AsArgument()], flags);

    public Task<bool> StringSetAsync(RedisKey key, RedisValue value, TimeSpan? expiry, When when) =>
        StringSetAsync(key, value, expiry, keepTtl: false, when);

    public Task<bool> StringSetAsync(RedisKey key, RedisValue value, TimeSpan? expiry, When when, CommandFlags flags) =>
        StringSetAsync(key, value, expiry, keepTtl: false, when, flags);

    public Task<bool> StringSetAsync(
        RedisKey key, RedisValue value, TimeSpan? expiry, bool keepTtl, When when = When.Always, CommandFlags flags = CommandFlags.None) =>
        StringSetAsync(
            key, value, expiry is { } time ? new(time) : keepTtl ? Expiration.KeepTtl : Expiration.Default, when, flags);

    public Task<bool> StringSetAsync(
        RedisKey key, RedisValue value, Expiration expiry = default, ValueCondition when = default, CommandFlags flags = CommandFlags.None)
    {
        if (value.IsNull)
        {
            return YesOrNo("DEL", [key.AsArgument()], flags);
        }

        List<RedisValue> arguments = [key.AsArgument(), value];
        expiry.AddTo(arguments);
        when.AddTo(arguments);
        return YesOrNo("SET", [.. arguments], flags);
    }

    public Task<long> StringIncrementAsync(RedisKey key, long value = 1, CommandFlags flags = CommandFlags.None) =>
        Number("INCRBY", [key.AsArgument(), value], flags);

    public Task<double> StringIncrementAsync(RedisKey key, double value, CommandFlags flags = CommandFlags.None) =>
        Real("INCRBYFLOAT", [key.AsArgument(), value], flags);

    public Task<long> StringDecrementAsync(RedisKey key, long value = 1, CommandFlags flags = CommandFlags.None) =>
        Number("DECRBY", [key.AsArgument(), value], flags);

    public Task<double> StringDecrementAsync(RedisKey key, double value, CommandFlags flags = CommandFlags.None) =>
        Real("INCRBYFLOAT", [key.AsArgument(), -value], flags);

    /// <summary>Gives the command to the connection, now or later.</summary>
    protected abstract void Give(Command command);

    protected Task<T> SendAsync<T>(string name, RedisValue[] arguments, Func<RespValue, T> read, CommandFlags flags)
    {
        if (flags.HasFlag(CommandFlags.FireAndForget))
        {
            Give(new UnattendedCommand(name, arguments, Database));
            return Task.FromResult<T>(default!);
        }

        var command = new Command<T>(name, arguments, Database, read);
        Give(command);
        return command.Reply;
    }

    private Task<bool> YesOrNo(string name, RedisValue[] arguments, CommandFlags flags) =>
        SendAsync(name, arguments, static reply => reply.AsBoolean(), flags);

    private Task<long> Number(string name, RedisValue[] arguments, CommandFlags flags) =>
        SendAsync(name, arguments, static reply => reply.AsInt64(), flags);

    private Task<double> Real(string name, RedisValue[] arguments, CommandFlags flags) =>
        SendAsync(name, arguments, static reply => (double)reply.AsValue(), flags);

    private Task<RedisValue> Value(string name, RedisValue[] arguments, CommandFlags flags) =>
        SendAsync(name, arguments, static reply => reply.AsValue(), flags);

    private Task<RedisValue[]> Values(string name, RedisValue[] arguments, CommandFlags flags) =>
        SendAsync(name, arguments, static reply => reply.AsValues(), flags);
}
