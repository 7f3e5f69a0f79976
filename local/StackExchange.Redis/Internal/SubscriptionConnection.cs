using System.Collections.Immutable;
using System.Threading.Channels;

namespace StackExchange.Redis.Internal;

/// <summary>The line that messages come by. After each connecting it subscribes to all that is wanted then.</summary>
internal sealed class SubscriptionConnection(ConfigurationOptions options, string clientName)
    : Connection(options, ConnectionType.Subscription, clientName)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RedisChannel, Subscription> _wanted = [];
    private readonly Channel<Command> _waiting = Channel.CreateUnbounded<Command>(new() { SingleReader = true });
    private long _pingSent;
    private bool _isStarted;

    public Task AddAsync(RedisChannel channel, Action<RedisChannel, RedisValue> handler) =>
        AddAsync(channel, handler, null);

    public Task AddAsync(ChannelMessageQueue queue) => AddAsync(queue.Channel, null, queue);

    /// <summary>Ends the subscription of one receiver (a handler or a queue), or of all when it is null.</summary>
    public Task RemoveAsync(RedisChannel channel, object? receiver, CommandFlags flags = CommandFlags.None)
    {
        _ = flags;
        lock (_gate)
        {
            if (_wanted.TryGetValue(channel, out var subscription) && subscription.Remove(receiver))
            {
                _wanted.Remove(channel);
                _waiting.Writer.TryWrite(
                    new UnattendedCommand(channel.IsPattern ? "PUNSUBSCRIBE" : "UNSUBSCRIBE", [channel.AsArgument()], -1));
            }
        }

        return Task.CompletedTask;
    }

    public async Task RemoveAllAsync()
    {
        RedisChannel[] channels;
        lock (_gate)
        {
            channels = [.. _wanted.Keys];
        }

        foreach (var channel in channels)
        {
            await RemoveAsync(channel, null);
        }
    }

    private protected override Task[] Serve(Transport transport, CancellationToken cancel)
    {
        lock (_gate)
        {
            while (_waiting.Reader.TryRead(out _))
            {
                // What was to be said on the lost line is contained in what is wanted now.
            }

            _pingSent = 0;
            foreach (var channel in _wanted.Keys)
            {
                Subscribe(channel);
            }
        }

        return [SendAsync(transport, cancel), transport.ReadAsync(Receive, () => LastRead = Environment.TickCount64, cancel)];
    }

    private protected override void WhileAway()
    {
    }

    private protected override void OnHeartbeat(long now)
    {
        if (_pingSent > LastRead && now - _pingSent > Timeout)
        {
            throw new TimeoutException($"The server did not answer within {Timeout} ms.");
        }

        if (_pingSent <= LastRead && now - LastRead > Options.SilenceBeforePing.TotalMilliseconds)
        {
            _pingSent = now;
            _waiting.Writer.TryWrite(new UnattendedCommand("PING", [], -1));
        }
    }

    private protected override void OnLost(RedisConnectionException failure)
    {
    }

    private protected override void OnClosed(RedisConnectionException failure)
    {
        lock (_gate)
        {
            foreach (var subscription in _wanted.Values)
            {
                subscription.Remove(null);
                subscription.Confirmed.TrySetException(failure);
            }

            _wanted.Clear();
        }
    }

    private async Task AddAsync(
        RedisChannel channel, Action<RedisChannel, RedisValue>? handler, ChannelMessageQueue? queue)
    {
        _ = channel.AsArgument();
        ObjectDisposedException.ThrowIf(IsClosed, typeof(ConnectionMultiplexer));
        Subscription? subscription;
        lock (_gate)
        {
            if (!_wanted.TryGetValue(channel, out subscription))
            {
                _wanted.Add(channel, subscription = new());
                Subscribe(channel);
            }

            subscription.Add(handler, queue);
            if (!_isStarted)
            {
                _isStarted = true;
                Start();
            }
        }

        try
        {
            await subscription.Confirmed.Task.WaitAsync(TimeSpan.FromMilliseconds(Timeout));
        }
        catch (TimeoutException)
        {
            await RemoveAsync(channel, (object?)handler ?? queue);
            throw new RedisConnectionException(
                LastFailure?.FailureType ?? ConnectionFailureType.UnableToConnect,
                $"The subscription was not confirmed within {Timeout} ms. {LastFailure?.Message}",
                LastFailure,
                CommandStatus.Unknown);
        }
        catch
        {
            await RemoveAsync(channel, (object?)handler ?? queue);
            throw;
        }
    }

    private void Subscribe(RedisChannel channel) => _waiting.Writer.TryWrite(
        new UnattendedCommand(channel.IsPattern ? "PSUBSCRIBE" : "SUBSCRIBE", [channel.AsArgument()], -1));

    private async Task SendAsync(Transport transport, CancellationToken cancel)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancel))
        {
            while (_waiting.Reader.TryRead(out var command))
            {
                RespWriter.WriteCommand(transport.Output, command.Name, command.Arguments);
            }

            await transport.Output.FlushAsync(cancel);
        }
    }

    private bool Receive(RespValue message)
    {
        var parts = message.Items;
        switch (parts is [var kind, ..] ? kind.Text : "")
        {
            case "message" when parts.Length == 3:
                Dispatch(Literal(parts[1]), Literal(parts[1]), parts[2].AsValue());
                break;
            case "pmessage" when parts.Length == 4:
                Dispatch(Pattern(parts[1]), Literal(parts[2]), parts[3].AsValue());
                break;
            case "subscribe" when parts.Length == 3:
                Confirm(Literal(parts[1]));
                break;
            case "psubscribe" when parts.Length == 3:
                Confirm(Pattern(parts[1]));
                break;
            case "unsubscribe" or "punsubscribe" or "pong":
                break;
            default:
                OnUnexpected(message);
                break;
        }

        return true;
    }

    private static RedisChannel Literal(RespValue name) => new(name.AsValue(), RedisChannel.PatternMode.Literal);

    private static RedisChannel Pattern(RespValue name) => new(name.AsValue(), RedisChannel.PatternMode.Pattern);

    private void OnUnexpected(RespValue message)
    {
        // Without any subscription a PING is answered as on other lines.
        if (message.Kind == RespKind.SimpleString)
        {
            return;
        }

        if (message.Kind != RespKind.Error)
        {
            throw new ProtocolException("A message of an unknown kind came.");
        }

        lock (_gate)
        {
            foreach (var subscription in _wanted.Values)
            {
                subscription.Confirmed.TrySetException(new RedisServerException(message.Text));
            }
        }
    }

    private void Confirm(RedisChannel channel)
    {
        lock (_gate)
        {
            _wanted.GetValueOrDefault(channel)?.Confirmed.TrySetResult();
        }
    }

    private void Dispatch(RedisChannel subscribed, RedisChannel channel, RedisValue message)
    {
        Subscription? subscription;
        lock (_gate)
        {
            subscription = _wanted.GetValueOrDefault(subscribed);
        }

        subscription?.Dispatch(new(subscribed, channel, message));
    }

    private sealed class Subscription
    {
        private ImmutableArray<Action<RedisChannel, RedisValue>> _handlers = [];
        private ImmutableArray<ChannelMessageQueue> _queues = [];

        public TaskCompletionSource Confirmed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Add(Action<RedisChannel, RedisValue>? handler, ChannelMessageQueue? queue)
        {
            _handlers = handler is null ? _handlers : _handlers.Add(handler);
            _queues = queue is null ? _queues : _queues.Add(queue);
        }

        /// <summary>Says whether no receiver is left.</summary>
        public bool Remove(object? receiver)
        {
            foreach (var queue in _queues)
            {
                if (receiver is null || receiver == queue)
                {
                    queue.Complete();
                    _queues = _queues.Remove(queue);
                }
            }

            _handlers = receiver is Action<RedisChannel, RedisValue> handler ? _handlers.Remove(handler)
                : receiver is null ? []
                : _handlers;
            return _handlers.IsEmpty && _queues.IsEmpty;
        }

        public void Dispatch(ChannelMessage message)
        {
            foreach (var queue in _queues)
            {
                queue.Write(message);
            }

            foreach (var handler in _handlers)
            {
                ThreadPool.QueueUserWorkItem(
                    static call => Guard.Run(() => call.handler(call.message.Channel, call.message.Message)),
                    (handler, message),
                    preferLocal: false);
            }
        }
    }
}

/// <summary>Calls code of others where its errors have nobody to go to; the real library drops them too.</summary>
internal static class Guard
{
    public static void Run(Action call)
    {
        try
        {
            call();
        }
        catch (Exception) when (!Environment.HasShutdownStarted)
        {
        }
    }
}
