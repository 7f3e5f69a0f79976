namespace StackExchange.Redis.Internal;

/// <summary>Publishes on the line of the commands, receives on a line of its own.</summary>
internal sealed class Subscriber(ConnectionMultiplexer multiplexer, SubscriptionConnection connection) : ISubscriber
{
    public IConnectionMultiplexer Multiplexer => multiplexer;

    public bool IsConnected(RedisChannel channel = default) => connection.IsConnected;

    public Task<TimeSpan> PingAsync(
        CommandFlags flags = CommandFlags.None) => multiplexer.GetDatabase().PingAsync(flags);

    public Task<long> PublishAsync(RedisChannel channel, RedisValue message, CommandFlags flags = CommandFlags.None) =>
        multiplexer.GetDatabase().PublishAsync(channel, message, flags);

    public async Task<ChannelMessageQueue> SubscribeAsync(RedisChannel channel, CommandFlags flags = CommandFlags.None)
    {
        var queue = new ChannelMessageQueue(channel, connection);
        await connection.AddAsync(queue);
        return queue;
    }

    public Task SubscribeAsync(
        RedisChannel channel, Action<RedisChannel, RedisValue> handler, CommandFlags flags = CommandFlags.None)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return connection.AddAsync(channel, handler);
    }

    public Task UnsubscribeAsync(
        RedisChannel channel, Action<RedisChannel, RedisValue>? handler = null, CommandFlags flags = CommandFlags.None) =>
        connection.RemoveAsync(channel, handler);

    public Task UnsubscribeAllAsync(CommandFlags flags = CommandFlags.None) => connection.RemoveAllAsync();
}
