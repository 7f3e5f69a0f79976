namespace StackExchange.Redis.Internal;

/// <summary>Sends every command at once.</summary>
internal sealed class Database(ConnectionMultiplexer multiplexer, int database)
    : DatabaseCommands(multiplexer, database), IDatabase
{
    public IBatch CreateBatch(object? asyncState = null) => new Batch(Connected, Database);

    public override async Task<RedisResult> ScriptEvaluateAsync(
        string script, RedisKey[]? keys = null, RedisValue[]? values = null, CommandFlags flags = CommandFlags.None)
    {
        if (flags.HasFlag(CommandFlags.NoScriptCache) || flags.HasFlag(CommandFlags.FireAndForget))
        {
            return await base.ScriptEvaluateAsync(script, keys, values, flags);
        }

        try
        {
            return await SendAsync(
                "EVALSHA", Arguments.OfScript(Connected.Scripts.HashOf(script), keys, values), RedisResult.From, flags);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await base.ScriptEvaluateAsync(script, keys, values, flags);
        }
    }

    protected override void Give(Command command) => Connected.Commands.Send(command);
}

/// <summary>Collects commands and sends them together.</summary>
internal sealed class Batch(ConnectionMultiplexer multiplexer, int database)
    : DatabaseCommands(multiplexer, database), IBatch
{
    private readonly List<Command> _commands = [];

    public void Execute()
    {
        foreach (var command in _commands)
        {
            Connected.Commands.Send(command);
        }

        _commands.Clear();
    }

    protected override void Give(Command command) => _commands.Add(command);
}
