namespace StackExchange.Redis;

/// <summary>Something went wrong with Redis.</summary>
public class RedisException : Exception
{
    /// <summary>Creates one.</summary>
    /// <param name="message">What happened.</param>
    public RedisException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one with a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public RedisException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The server refused the command; the message is the server's own, such as <c>NOGROUP No such key …</c>.</summary>
public sealed class RedisServerException : RedisException
{
    /// <summary>Creates one.</summary>
    /// <param name="message">The server's words.</param>
    public RedisServerException(string message)
        : base(message)
    {
    }
}

/// <summary>There was no connection, or it was lost before the reply came.</summary>
public sealed class RedisConnectionException : RedisException
{
    /// <summary>Creates one.</summary>
    /// <param name="failureType">Why.</param>
    /// <param name="message">What happened.</param>
    public RedisConnectionException(ConnectionFailureType failureType, string message)
        : this(failureType, message, null, CommandStatus.Unknown)
    {
    }

    /// <summary>Creates one with a cause.</summary>
    /// <param name="failureType">Why.</param>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public RedisConnectionException(ConnectionFailureType failureType, string message, Exception? innerException)
        : this(failureType, message, innerException, CommandStatus.Unknown)
    {
    }

    /// <summary>Creates one with a cause and the state of the command.</summary>
    /// <param name="failureType">Why.</param>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    /// <param name="commandStatus">How far the command had come.</param>
    public RedisConnectionException(
        ConnectionFailureType failureType, string message, Exception? innerException, CommandStatus commandStatus)
        : base(message, innerException)
    {
        FailureType = failureType;
        CommandStatus = commandStatus;
    }

    /// <summary>Why the connection failed.</summary>
    public ConnectionFailureType FailureType { get; }

    /// <summary>How far the command had come: only <see cref="CommandStatus.Sent"/> leaves in doubt whether it ran.</summary>
    public CommandStatus CommandStatus { get; }
}

/// <summary>No reply came in time; a command that was sent may have been carried out.</summary>
public sealed class RedisTimeoutException : TimeoutException
{
    /// <summary>Creates one.</summary>
    /// <param name="message">What took too long.</param>
    /// <param name="commandStatus">How far the command had come.</param>
    public RedisTimeoutException(string message, CommandStatus commandStatus)
        : base(message) => Commandstatus = commandStatus;

    /// <summary>How far the command had come.</summary>
    public CommandStatus Commandstatus { get; }
}

/// <summary>The command was not allowed and was not sent.</summary>
public sealed class RedisCommandException : Exception
{
    /// <summary>Creates one.</summary>
    /// <param name="message">Why it was not allowed.</param>
    public RedisCommandException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one with a cause.</summary>
    /// <param name="message">Why it was not allowed.</param>
    /// <param name="innerException">The cause.</param>
    public RedisCommandException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
