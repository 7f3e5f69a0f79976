namespace Shop.Messaging;

/// <summary>
/// An event, as its producer publishes it or as a consumer reads it. A record implements it:
/// <c>public static string Type =&gt; "shop.orders.order-placed.v1"; Guid IEvent.Subject =&gt; OrderId;</c>
/// </summary>
public interface IEvent
{
    /// <summary>
    /// The CloudEvents type, <c>shop.&lt;service&gt;.&lt;what-happened&gt;.v&lt;n&gt;</c>; the service is the stream.
    /// </summary>
    static abstract string Type { get; }

    /// <summary>What it is about. Events of one subject are handled one after another inside a consumer.</summary>
    Guid Subject { get; }
}

/// <summary>What a handler may want to know about the event besides its data.</summary>
/// <param name="MessageId">The id given when the event was published; the same in every delivery.</param>
/// <param name="Time">When it was published, by the producer's clock.</param>
/// <param name="Type">The CloudEvents type.</param>
/// <param name="Services">The scoped services of the transaction, its context among them.</param>
public sealed record EventContext(Guid MessageId, DateTimeOffset Time, string Type, IServiceProvider Services);
