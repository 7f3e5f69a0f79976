namespace Shop.Messaging;

/// <summary>
/// Something that happened, as its producer tells it or as a consumer reads it. A record implements it:
/// <c>public static string Type =&gt; "shop.orders.order-placed.v1"; Guid IEvent.Subject =&gt; OrderId;</c>
/// </summary>
public interface IEvent
{
    /// <summary>The CloudEvents type, <c>shop.&lt;service&gt;.&lt;what-happened&gt;.v&lt;n&gt;</c>; the second part names the stream.</summary>
    static abstract string Type { get; }

    /// <summary>What it happened to. Events of one subject are handled one after another inside a consumer.</summary>
    Guid Subject { get; }
}

/// <summary>What a handler may want to know about the event besides its data.</summary>
/// <param name="messageId">See <see cref="MessageId"/>.</param>
/// <param name="time">See <see cref="Time"/>.</param>
/// <param name="type">See <see cref="Type"/>.</param>
/// <param name="services">See <see cref="Services"/>.</param>
public sealed class EventContext(Guid messageId, DateTimeOffset time, string type, IServiceProvider services)
{
    /// <summary>The id given when the event was published; the same in every delivery.</summary>
    public Guid MessageId { get; } = messageId;

    /// <summary>When it was published, by the producer's clock.</summary>
    public DateTimeOffset Time { get; } = time;

    /// <summary>The CloudEvents type.</summary>
    public string Type { get; } = type;

    /// <summary>The scoped services of the transaction, its context among them.</summary>
    public IServiceProvider Services { get; } = services;
}
