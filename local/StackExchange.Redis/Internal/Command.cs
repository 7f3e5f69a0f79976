namespace StackExchange.Redis.Internal;

/// <summary>A command on its way: to be sent, or sent and waiting for its reply.</summary>
internal abstract class Command(string name, RedisValue[] arguments, int database)
{
    public string Name { get; } = name;

    public RedisValue[] Arguments { get; } = arguments;

    /// <summary>The database it is for; -1 when that does not matter.</summary>
    public int Database { get; } = database;

    /// <summary>When it was given, in ticks of <see cref="Environment.TickCount64"/>.</summary>
    public long Given { get; } = Environment.TickCount64;

    /// <summary>When it was sent.</summary>
    public long Sent { get; set; }

    public abstract void Complete(RespValue reply);

    public abstract void Fail(Exception cause);
}

/// <summary>A command whose sender waits for its reply.</summary>
internal sealed class Command<T>(string name, RedisValue[] arguments, int database, Func<RespValue, T> read)
    : Command(name, arguments, database)
{
    // Continuations run elsewhere: a slow caller must not hold up the replies behind its own.
    private readonly TaskCompletionSource<T> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Reply => _reply.Task;

    public override void Complete(RespValue reply)
    {
        if (reply.Kind == RespKind.Error)
        {
            _reply.TrySetException(new RedisServerException(reply.Text));
            return;
        }

        try
        {
            _reply.TrySetResult(read(reply));
        }
        catch (Exception unexpected) when (unexpected is InvalidCastException or IndexOutOfRangeException
            or OverflowException or RedisException)
        {
            _reply.TrySetException(unexpected as RedisServerException ?? (Exception)new RedisConnectionException(
                ConnectionFailureType.ProtocolFailure, $"Unexpected response to {Name}.", unexpected, CommandStatus.Sent));
        }
    }

    public override void Fail(Exception cause) => _reply.TrySetException(cause);
}

/// <summary>A command whose reply nobody waits for.</summary>
internal sealed class UnattendedCommand(string name, RedisValue[] arguments, int database)
    : Command(name, arguments, database)
{
    public override void Complete(RespValue reply)
    {
    }

    public override void Fail(Exception cause)
    {
    }
}

/// <summary>Changes the database for the commands behind it; when that fails they must not be trusted to the connection.</summary>
internal sealed class SelectCommand(int database) : Command("SELECT", [database], -1)
{
    public override void Complete(RespValue reply)
    {
        if (reply.Kind == RespKind.Error)
        {
            throw new ProtocolException(reply.Text);
        }
    }

    public override void Fail(Exception cause)
    {
    }
}
