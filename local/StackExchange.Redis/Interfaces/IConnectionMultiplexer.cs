using System.Net;

namespace StackExchange.Redis;

/// <summary>A connection that all share; it is made again by itself when it is lost. Make one and keep it.</summary>
public interface IConnectionMultiplexer : IDisposable, IAsyncDisposable
{
    /// <summary>A connection was lost or not made.</summary>
    event EventHandler<ConnectionFailedEventArgs> ConnectionFailed;

    /// <summary>A lost connection was made again.</summary>
    event EventHandler<ConnectionFailedEventArgs> ConnectionRestored;

    /// <summary>The name under which the server lists this client.</summary>
    string ClientName { get; }

    /// <summary>The configuration, without the password.</summary>
    string Configuration { get; }

    /// <summary>The async timeout in milliseconds.</summary>
    int TimeoutMilliseconds { get; }

    /// <summary>The number of commands so far.</summary>
    long OperationCount { get; }

    /// <summary>Whether a server is connected.</summary>
    bool IsConnected { get; }

    /// <summary>Whether a connection is being made.</summary>
    bool IsConnecting { get; }

    /// <summary>A database; cheap, need not be kept.</summary>
    IDatabase GetDatabase(int db = -1, object? asyncState = null);

    /// <summary>Messages of channels; cheap, need not be kept.</summary>
    ISubscriber GetSubscriber(object? asyncState = null);

    /// <summary>The addresses of the servers.</summary>
    EndPoint[] GetEndPoints(bool configuredOnly = false);

    /// <summary>One server.</summary>
    IServer GetServer(string host, int port, object? asyncState = null);

    /// <summary>One server.</summary>
    IServer GetServer(string hostAndPort, object? asyncState = null);

    /// <summary>One server.</summary>
    IServer GetServer(EndPoint endpoint, object? asyncState = null);

    /// <summary>All servers.</summary>
    IServer[] GetServers();

    /// <summary>Ends the connection.</summary>
    void Close(bool allowCommandsToComplete = true);

    /// <summary>Ends the connection, after the replies to what was sent if wished.</summary>
    Task CloseAsync(bool allowCommandsToComplete = true);

    /// <summary>The name of the client and the configuration without the password.</summary>
    string ToString();
}

/// <summary>Says when to try to connect again.</summary>
public interface IReconnectRetryPolicy
{
    /// <summary>Whether to try now.</summary>
    /// <param name="currentRetryCount">The number of tries so far.</param>
    /// <param name="timeElapsedMillisecondsSinceLastRetry">The time since the last one, in milliseconds.</param>
    bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry);
}
