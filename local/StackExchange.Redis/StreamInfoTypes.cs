namespace StackExchange.Redis;

/// <summary>What a group has read and not acknowledged, in sum.</summary>
public readonly struct StreamPendingInfo
{
    internal StreamPendingInfo(int count, RedisValue lowest, RedisValue highest, StreamConsumer[] consumers) =>
        (PendingMessageCount, LowestPendingMessageId, HighestPendingMessageId, Consumers) =
            (count, lowest, highest, consumers);

    /// <summary>The number of pending entries.</summary>
    public int PendingMessageCount { get; }

    /// <summary>The lowest pending id.</summary>
    public RedisValue LowestPendingMessageId { get; }

    /// <summary>The highest pending id.</summary>
    public RedisValue HighestPendingMessageId { get; }

    /// <summary>The consumers that have pending entries.</summary>
    public StreamConsumer[] Consumers { get; }
}

/// <summary>A consumer and its number of pending entries.</summary>
public readonly struct StreamConsumer
{
    internal StreamConsumer(RedisValue name, int pending) => (Name, PendingMessageCount) = (name, pending);

    /// <summary>The consumer.</summary>
    public RedisValue Name { get; }

    /// <summary>The number of its pending entries.</summary>
    public int PendingMessageCount { get; }
}

/// <summary>One entry that was read and not acknowledged.</summary>
public readonly struct StreamPendingMessageInfo
{
    internal StreamPendingMessageInfo(RedisValue id, RedisValue consumer, long idle, int deliveries) =>
        (MessageId, ConsumerName, IdleTimeInMilliseconds, DeliveryCount) = (id, consumer, idle, deliveries);

    /// <summary>The entry's id.</summary>
    public RedisValue MessageId { get; }

    /// <summary>The consumer that has it.</summary>
    public RedisValue ConsumerName { get; }

    /// <summary>The time since its last delivery, in milliseconds.</summary>
    public long IdleTimeInMilliseconds { get; }

    /// <summary>How often it was delivered.</summary>
    public int DeliveryCount { get; }
}

/// <summary>A consumer of a group.</summary>
public readonly struct StreamConsumerInfo
{
    internal StreamConsumerInfo(string name, int pending, long idle) =>
        (Name, PendingMessageCount, IdleTimeInMilliseconds) = (name, pending, idle);

    /// <summary>The consumer.</summary>
    public string Name { get; }

    /// <summary>The number of its pending entries.</summary>
    public int PendingMessageCount { get; }

    /// <summary>The time since it last asked for entries, in milliseconds.</summary>
    public long IdleTimeInMilliseconds { get; }
}

/// <summary>A group of consumers of a stream.</summary>
public readonly struct StreamGroupInfo
{
    internal StreamGroupInfo(string name, int consumers, int pending, string? lastDelivered, long? read, long? lag) =>
        (Name, ConsumerCount, PendingMessageCount, LastDeliveredId, EntriesRead, Lag) =
            (name, consumers, pending, lastDelivered, read, lag);

    /// <summary>The group.</summary>
    public string Name { get; }

    /// <summary>The number of its consumers.</summary>
    public int ConsumerCount { get; }

    /// <summary>The number of entries read and not acknowledged.</summary>
    public int PendingMessageCount { get; }

    /// <summary>The last id given to a consumer.</summary>
    public string? LastDeliveredId { get; }

    /// <summary>The number of entries read; null when the server cannot tell.</summary>
    public long? EntriesRead { get; }

    /// <summary>The number of entries not read yet; null when the server cannot tell.</summary>
    public long? Lag { get; }
}

/// <summary>A stream.</summary>
public readonly struct StreamInfo
{
    internal StreamInfo(int length, int groups, StreamEntry first, StreamEntry last, RedisValue lastGeneratedId) =>
        (Length, ConsumerGroupCount, FirstEntry, LastEntry, LastGeneratedId) =
            (length, groups, first, last, lastGeneratedId);

    /// <summary>The number of entries.</summary>
    public int Length { get; }

    /// <summary>The number of groups.</summary>
    public int ConsumerGroupCount { get; }

    /// <summary>The first entry.</summary>
    public StreamEntry FirstEntry { get; }

    /// <summary>The last entry.</summary>
    public StreamEntry LastEntry { get; }

    /// <summary>The last id given.</summary>
    public RedisValue LastGeneratedId { get; }
}
