using System.Net;

namespace StackExchange.Redis;

/// <summary>A connection was lost, not made, or made again.</summary>
public class ConnectionFailedEventArgs : EventArgs
{
    internal ConnectionFailedEventArgs(EndPoint? endPoint, ConnectionType type, ConnectionFailureType failure, Exception? cause) =>
        (EndPoint, ConnectionType, FailureType, Exception) = (endPoint, type, failure, cause);

    /// <summary>The server.</summary>
    public EndPoint? EndPoint { get; }

    /// <summary>What the connection is for.</summary>
    public ConnectionType ConnectionType { get; }

    /// <summary>Why it failed; none when it was made again.</summary>
    public ConnectionFailureType FailureType { get; }

    /// <summary>The cause.</summary>
    public Exception? Exception { get; }
}
