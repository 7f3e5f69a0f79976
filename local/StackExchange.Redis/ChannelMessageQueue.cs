using System.Threading.Channels;
using StackExchange.Redis.Internal;

namespace StackExchange.Redis;

/// <summary>A message of a channel.</summary>
public readonly struct ChannelMessage
{
    internal ChannelMessage(RedisChannel subscription, RedisChannel channel, RedisValue message) =>
        (SubscriptionChannel, Channel, Message) = (subscription, channel, message);

    /// <summary>What was subscribed to: the channel, or a pattern.</summary>
    public RedisChannel SubscriptionChannel { get; }

    /// <summary>The channel it came by.</summary>
    public RedisChannel Channel { get; }

    /// <summary>The message.</summary>
    public RedisValue Message { get; }

    /// <summary>The channel and the message as text.</summary>
    public override string ToString() => $"{Channel}:{Message}";
}

/// <summary>The messages of a subscription, one after another.</summary>
public sealed class ChannelMessageQueue : IAsyncEnumerable<ChannelMessage>
{
    private readonly Channel<ChannelMessage> _messages =
        System.Threading.Channels.Channel.CreateUnbounded<ChannelMessage>(new() { SingleWriter = true });

    private readonly SubscriptionConnection _connection;
    private int _handled;

    internal ChannelMessageQueue(RedisChannel channel, SubscriptionConnection connection) =>
        (Channel, _connection) = (channel, connection);

    /// <summary>What was subscribed to.</summary>
    public RedisChannel Channel { get; }

    /// <summary>Ends when the subscription has ended and all messages were read.</summary>
    public Task Completion => _messages.Reader.Completion;

    /// <summary>The next message, as soon as there is one.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ChannelClosedException">The subscription has ended.</exception>
    public ValueTask<ChannelMessage> ReadAsync(CancellationToken cancellationToken = default) =>
        _messages.Reader.ReadAsync(cancellationToken);

    /// <summary>The next message, if there is one now.</summary>
    /// <param name="item">The message.</param>
    public bool TryRead(out ChannelMessage item) => _messages.Reader.TryRead(out item);

    /// <summary>The number of messages that wait.</summary>
    /// <param name="count">The number.</param>
    public bool TryGetCount(out int count)
    {
        count = _messages.Reader.Count;
        return true;
    }

    /// <inheritdoc/>
    public IAsyncEnumerator<ChannelMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _messages.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Calls the handler for each message, one after another; its errors are dropped.</summary>
    /// <param name="handler">The handler.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public void OnMessage(Action<ChannelMessage> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnMessage(message =>
        {
            handler(message);
            return Task.CompletedTask;
        });
    }

    /// <summary>Calls the handler for each message, one after another; its errors are dropped.</summary>
    /// <param name="handler">The handler.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public void OnMessage(Func<ChannelMessage, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Interlocked.Exchange(ref _handled, 1) != 0)
        {
            throw new InvalidOperationException("Only a single handler can be attached to a channel message queue.");
        }

        _ = Task.Run(() => HandleAsync(handler));
    }

    /// <summary>Ends the subscription.</summary>
    /// <param name="flags">How the command is treated.</param>
    public Task UnsubscribeAsync(
        CommandFlags flags = CommandFlags.None) => _connection.RemoveAsync(Channel, this, flags);

    /// <summary>What was subscribed to, as text.</summary>
    public override string? ToString() => Channel;

    internal void Write(ChannelMessage message) => _messages.Writer.TryWrite(message);

    internal void Complete() => _messages.Writer.TryComplete();

    private async Task HandleAsync(Func<ChannelMessage, Task> handler)
    {
        await foreach (var message in _messages.Reader.ReadAllAsync())
        {
            try
            {
                await handler(message);
            }
            catch (Exception) when (!Environment.HasShutdownStarted)
            {
                // One bad message must not end the subscription; that is also what the real library does.
            }
        }
    }
}
