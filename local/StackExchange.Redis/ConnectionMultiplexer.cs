using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis.Internal;

namespace StackExchange.Redis;

/// <summary>A connection that all share; it is made again by itself when it is lost. Make one and keep it.</summary>
public sealed partial class ConnectionMultiplexer : IConnectionMultiplexer
{
    private readonly ConfigurationOptions _options;
    private readonly SubscriptionConnection _subscriptions;
    private readonly ILogger? _log;

    private ConnectionMultiplexer(ConfigurationOptions options)
    {
        if (options.EndPoints.Count == 0)
        {
            throw new ArgumentException("No endpoints specified.", nameof(options));
        }

        _options = options.Clone();
        _options.SetDefaultPorts();
        _log = options.LoggerFactory?.CreateLogger<ConnectionMultiplexer>();
        ClientName = _options.ClientName ?? Environment.MachineName.Replace(' ', '-');
        Commands = new(_options, ClientName);
        _subscriptions = new(_options, ClientName);
        foreach (var connection in (Connection[])[Commands, _subscriptions])
        {
            connection.Failed += OnFailed;
            connection.Restored += OnRestored;
        }

        Commands.Start();
    }

    /// <inheritdoc/>
    public event EventHandler<ConnectionFailedEventArgs>? ConnectionFailed;

    /// <inheritdoc/>
    public event EventHandler<ConnectionFailedEventArgs>? ConnectionRestored;

    /// <inheritdoc/>
    public string ClientName { get; }

    /// <inheritdoc/>
    public string Configuration => _options.ToString();

    /// <inheritdoc/>
    public int TimeoutMilliseconds => _options.AsyncTimeout;

    /// <inheritdoc/>
    public long OperationCount => Commands.Count;

    /// <inheritdoc/>
    public bool IsConnected => Commands.IsConnected;

    /// <inheritdoc/>
    public bool IsConnecting => !Commands.IsConnected && !Commands.IsClosed;

    internal InteractiveConnection Commands { get; }

    internal ScriptCache Scripts { get; } = new();

    internal ConfigurationOptions Options => _options;

    /// <summary>Connects, or begins to in the background when a failure must not abort it.</summary>
    /// <param name="configuration">The options as text.</param>
    /// <param name="log">Takes a line on the outcome.</param>
    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    public static ConnectionMultiplexer Connect(string configuration, TextWriter? log = null) =>
        Connect(ConfigurationOptions.Parse(configuration), log);

    /// <summary>Connects, or begins to in the background when a failure must not abort it.</summary>
    /// <param name="configuration">The options as text.</param>
    /// <param name="configure">Changes them.</param>
    /// <param name="log">Takes a line on the outcome.</param>
    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    public static ConnectionMultiplexer Connect(
        string configuration, Action<ConfigurationOptions> configure, TextWriter? log = null) =>
        Connect(ConfigurationOptions.Parse(configuration).Apply(configure), log);

    /// <summary>Connects, or begins to in the background when a failure must not abort it.</summary>
    /// <param name="configuration">The options.</param>
    /// <param name="log">Takes a line on the outcome.</param>
    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    public static ConnectionMultiplexer Connect(ConfigurationOptions configuration, TextWriter? log = null)
    {
        if (!configuration.AbortOnConnectFail)
        {
            return new(configuration);
        }

        // The signature is synchronous; the tries run on other threads and end by themselves.
        return ConnectAsync(configuration, log).ConfigureAwait(false).GetAwaiter().GetResult();
    }

    /// <summary>Connects; when a failure must not abort it, goes on in the background after the first try.</summary>
    /// <param name="configuration">The options as text.</param>
    /// <param name="log">Takes a line on the outcome.</param>
    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    public static Task<ConnectionMultiplexer> ConnectAsync(string configuration, TextWriter? log = null) =>
        ConnectAsync(ConfigurationOptions.Parse(configuration), log);

    /// <summary>Connects; when a failure must not abort it, goes on in the background after the first try.</summary>
    /// <param name="configuration">The options as text.</param>
    /// <param name="configure">Changes them.</param>
    /// <param name="log">Takes a line on the outcome.</param>
    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    public static Task<ConnectionMultiplexer> ConnectAsync(
        string configuration, Action<ConfigurationOptions> configure, TextWriter? log = null) =>
        ConnectAsync(ConfigurationOptions.Parse(configuration).Apply(configure), log);

    /// <summary>Connects; when a failure must not abort it, goes on in the background after the first try.</summary>
    /// <param name="configuration">The options.</param>
    /// <param name="log">Takes a line on the outcome.</param>
    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    public static async Task<ConnectionMultiplexer> ConnectAsync(
        ConfigurationOptions configuration, TextWriter? log = null)
    {
        var connection = new ConnectionMultiplexer(configuration);
        var failure = await connection.Commands.FirstTry;
        log?.WriteLine(failure is null ? $"Connected to {connection.Commands.EndPoint}." : failure.Message);
        if (failure is not null && configuration.AbortOnConnectFail)
        {
            await connection.DisposeAsync();
            throw new RedisConnectionException(failure.FailureType, failure.Message, failure.InnerException);
        }

        return connection;
    }

    /// <inheritdoc/>
    public IDatabase GetDatabase(int db = -1, object? asyncState = null) =>
        new Database(this, db < 0 ? _options.DefaultDatabase ?? 0 : db);

    /// <inheritdoc/>
    public ISubscriber GetSubscriber(object? asyncState = null) => new Subscriber(this, _subscriptions);

    /// <inheritdoc/>
    public EndPoint[] GetEndPoints(bool configuredOnly = false) => [.. _options.EndPoints];

    /// <inheritdoc/>
    public IServer GetServer(string host, int port, object? asyncState = null) =>
        GetServer($"{host}:{port}", asyncState);

    /// <inheritdoc/>
    public IServer GetServer(string hostAndPort, object? asyncState = null) => GetServer(
        EndPointCollection.TryParse(hostAndPort)
            ?? throw new ArgumentException("Not an endpoint.", nameof(hostAndPort)),
        asyncState);

    /// <inheritdoc/>
    public IServer GetServer(EndPoint? endpoint, object? asyncState = null) =>
        endpoint is not null && _options.EndPoints.Contains(endpoint)
            ? new Server(this, endpoint)
            : throw new ArgumentException("The specified endpoint is not defined", nameof(endpoint));

    /// <inheritdoc/>
    public IServer[] GetServers() => [.. _options.EndPoints.Select(endpoint => new Server(this, endpoint))];

    /// <inheritdoc/>
    public void Close(bool allowCommandsToComplete = true) => Dispose();

    /// <inheritdoc/>
    public async Task CloseAsync(bool allowCommandsToComplete = true)
    {
        if (allowCommandsToComplete)
        {
            await Commands.DrainAsync();
        }

        await Commands.CloseAsync();
        await _subscriptions.CloseAsync();
    }

    /// <summary>Ends the connection without waiting; outstanding commands fail.</summary>
    public void Dispose()
    {
        Commands.Stop();
        _subscriptions.Stop();
    }

    /// <summary>Ends the connection after the replies to what was sent, or the async timeout.</summary>
    public ValueTask DisposeAsync() => new(CloseAsync());

    /// <inheritdoc/>
    public override string ToString() => $"{ClientName} ({Configuration})";

    private void OnFailed(ConnectionFailedEventArgs failure)
    {
        if (_log is not null)
        {
            LogLost(_log, failure.ConnectionType, failure.FailureType, failure.Exception?.Message);
        }

        if (ConnectionFailed is { } handlers)
        {
            ThreadPool.QueueUserWorkItem(_ => Guard.Run(() => handlers(this, failure)));
        }
    }

    private void OnRestored(ConnectionFailedEventArgs restored)
    {
        if (_log is not null)
        {
            LogRestored(_log, restored.ConnectionType, EndPointCollection.ToString(restored.EndPoint));
        }

        if (ConnectionRestored is { } handlers)
        {
            ThreadPool.QueueUserWorkItem(_ => Guard.Run(() => handlers(this, restored)));
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Connection} connection failed: {Failure}. {Message}")]
    private static partial void LogLost(
        ILogger log, ConnectionType connection, ConnectionFailureType failure, string? message);

    [LoggerMessage(2, LogLevel.Information, "{Connection} connection to {EndPoint} is restored")]
    private static partial void LogRestored(ILogger log, ConnectionType connection, string endPoint);
}
