using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace StackExchange.Redis.Internal;

/// <summary>A line to the first server that can be reached, made again whenever it is lost, until it is closed.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has neither timer nor handle; late callers may still stop.")]
internal abstract class Connection(ConfigurationOptions options, ConnectionType type, string clientName)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<RedisConnectionException?> _firstTry =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task _loop = Task.CompletedTask;

    /// <summary>The line was lost, or at first not made.</summary>
    public event Action<ConnectionFailedEventArgs>? Failed;

    /// <summary>The line was made again.</summary>
    public event Action<ConnectionFailedEventArgs>? Restored;

    /// <summary>Where it is connected; null while it is not.</summary>
    public EndPoint? EndPoint { get; private set; }

    public bool IsConnected => EndPoint is not null;

    /// <summary>The failure of the tries to connect at first, or null when it is connected.</summary>
    public Task<RedisConnectionException?> FirstTry => _firstTry.Task;

    public bool IsClosed => _stop.IsCancellationRequested;

    protected RedisConnectionException? LastFailure { get; private set; }

    protected ConfigurationOptions Options { get; } = options;

    protected long Timeout { get; } = options.AsyncTimeout;

    // When anything was last read; what is under way is not dead while something comes.
    private protected long LastRead { get; set; }

    private TimeSpan Heartbeat => TimeSpan.FromMilliseconds(Math.Clamp(Timeout / 5, 50, 1000));

    public void Start() => _loop = Task.Run(RunAsync);

    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public void Stop() => _stop.Cancel();

    /// <summary>Sends what is given and reads what comes, until one of the tasks ends or fails.</summary>
    private protected abstract Task[] Serve(Transport transport, CancellationToken cancel);

    /// <summary>Looks after what waits, while there is no line.</summary>
    private protected abstract void WhileAway();

    /// <summary>Once for each heartbeat of the line.</summary>
    /// <exception cref="TimeoutException">The server is silent: the line is to be given up.</exception>
    private protected abstract void OnHeartbeat(long now);

    /// <summary>The line was lost: what was sent on it will never be answered.</summary>
    private protected abstract void OnLost(RedisConnectionException failure);

    /// <summary>Closed for good.</summary>
    private protected abstract void OnClosed(RedisConnectionException failure);

    private protected static RedisConnectionException Describe(Exception cause, string what) => new(
        cause switch
        {
            RedisConnectionException known => known.FailureType,
            ProtocolException => ConnectionFailureType.ProtocolFailure,
            AuthenticationException => ConnectionFailureType.AuthenticationFailure,
            EndOfStreamException => ConnectionFailureType.SocketClosed,
            SocketException or IOException or TimeoutException => ConnectionFailureType.SocketFailure,
            _ => ConnectionFailureType.InternalFailure,
        },
        $"{what} {cause.Message}",
        cause);

    private async Task RunAsync()
    {
        var failures = 0L;
        while (await ConnectWhileAwayAsync(failures) is { } transport)
        {
            var began = Environment.TickCount64;
            var failure = Describe(await ServeAsync(transport), $"The connection to {EndPoint} was lost.");
            failures = Environment.TickCount64 - began > 1000 ? 0 : failures + 1;
            (LastFailure, var lost) = (failure, EndPoint);
            EndPoint = null;
            OnLost(failure);
            if (!IsClosed)
            {
                Failed?.Invoke(new(lost, type, failure.FailureType, failure));
            }
        }

        var closed = new RedisConnectionException(ConnectionFailureType.ConnectionDisposed, "The client was closed.");
        _firstTry.TrySetResult(closed);
        OnLost(closed);
        OnClosed(closed);
    }

    private async Task<Transport?> ConnectWhileAwayAsync(long failures)
    {
        using var away = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var looking = LookAfterAsync(away.Token);
        var transport = await ConnectAsync(failures);
        await away.CancelAsync();
        await looking;
        return transport;
    }

    private async Task LookAfterAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Heartbeat / 2);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                WhileAway();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<Transport?> ConnectAsync(long failures)
    {
        for (var tries = 0L; !IsClosed; tries++)
        {
            if (failures + tries > 0)
            {
                await WaitAsync(failures + tries);
            }

            if (await TryEndPointsAsync() is { } transport)
            {
                EndPoint = transport.EndPoint;
                LastRead = Environment.TickCount64;
                _firstTry.TrySetResult(null);
                if (LastFailure is not null)
                {
                    Restored?.Invoke(new(EndPoint, type, ConnectionFailureType.None, null));
                }

                return transport;
            }

            if (!Options.AbortOnConnectFail || tries + 1 >= Options.ConnectRetry)
            {
                _firstTry.TrySetResult(LastFailure);
            }
        }

        return null;
    }

    private async Task<Transport?> TryEndPointsAsync()
    {
        foreach (var endPoint in Options.EndPoints)
        {
            try
            {
                return await Transport.ConnectAsync(Options, endPoint, clientName, _stop.Token);
            }
            catch (Exception) when (IsClosed)
            {
                return null;
            }
            catch (Exception cause)
            {
                var isFirst = LastFailure is null;
                var failure = Describe(cause, $"It was not possible to connect to {EndPointCollection.ToString(endPoint)}.");
                LastFailure = failure.FailureType is ConnectionFailureType.SocketFailure
                    ? new(ConnectionFailureType.UnableToConnect, failure.Message, cause)
                    : failure;
                if (isFirst)
                {
                    Failed?.Invoke(new(endPoint, type, LastFailure.FailureType, LastFailure));
                }
            }
        }

        return null;
    }

    private async Task WaitAsync(long tries)
    {
        var began = Environment.TickCount64;
        while (!IsClosed && !Options.ReconnectRetryPolicy.ShouldRetry(tries, (int)(Environment.TickCount64 - began)))
        {
            await DelayAsync(10);
        }
    }

    private Task DelayAsync(double milliseconds) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _stop.Token)
            .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task<Exception> ServeAsync(Transport transport)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (transport)
        {
            Task[] loops = [.. Serve(transport, ending.Token), BeatAsync(ending.Token)];
            var first = await Task.WhenAny(loops);
            await ending.CancelAsync();
            transport.Abort();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return first.Exception?.InnerException ?? new OperationCanceledException("The client was closed.");
        }
    }

    private async Task BeatAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Heartbeat);
        var last = Environment.TickCount64;
        while (await timer.WaitForNextTickAsync(cancel))
        {
            // After a pause of this process itself the replies may be here, unread: look at the next beat.
            var now = Environment.TickCount64;
            if (now - last < (2 * Heartbeat.TotalMilliseconds) + 250)
            {
                OnHeartbeat(now);
            }

            last = now;
        }
    }
}
