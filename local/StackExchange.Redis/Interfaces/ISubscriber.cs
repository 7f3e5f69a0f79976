namespace StackExchange.Redis;

/// <summary>
/// Messages of channels. What is published while the connection is away is lost, as always in Redis; subscriptions are made
/// again when it is back.
/// </summary>
public interface ISubscriber : IRedis
{
    /// <summary>Whether messages of a channel can come now.</summary>
    bool IsConnected(RedisChannel channel = default);

    /// <summary>Publishes a message (PUBLISH); the number of receivers.</summary>
    Task<long> PublishAsync(RedisChannel channel, RedisValue message, CommandFlags flags = CommandFlags.None);

    /// <summary>Subscribes; the messages come one after another, in order.</summary>
    Task<ChannelMessageQueue> SubscribeAsync(RedisChannel channel, CommandFlags flags = CommandFlags.None);

    /// <summary>Subscribes; the handler is called at once for each message, in no order.</summary>
    Task SubscribeAsync(
        RedisChannel channel, Action<RedisChannel, RedisValue> handler, CommandFlags flags = CommandFlags.None);

    /// <summary>Ends a handler's subscription, or without one all of the channel.</summary>
    Task UnsubscribeAsync(
        RedisChannel channel, Action<RedisChannel, RedisValue>? handler = null,
        CommandFlags flags = CommandFlags.None);

    /// <summary>Ends all subscriptions.</summary>
    Task UnsubscribeAllAsync(CommandFlags flags = CommandFlags.None);
}
