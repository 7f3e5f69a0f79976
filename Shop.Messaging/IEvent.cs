using Microsoft.EntityFrameworkCore;

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

/// <summary>
/// An event that publishes itself: those that follow from a decision stand in one list, and no switch can miss one. It
/// can't be a list of <see cref="IEvent"/>, which has static members and so can't be a type argument (CS8920).
/// </summary>
public interface IPublishedEvent
{
    /// <summary>See <see cref="Messaging.Publish{TEvent}"/>.</summary>
    /// <param name="db">The context whose changes the event tells of.</param>
    void PublishTo(DbContext db);
}

/// <summary>What a producer's record implements.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IPublishedEvent<TSelf> : IPublishedEvent, IEvent
    where TSelf : IPublishedEvent<TSelf>
{
    void IPublishedEvent.PublishTo(DbContext db) => db.Publish((TSelf)this);
}

/// <summary>What a handler may want to know about the event besides its data.</summary>
/// <param name="MessageId">The id given when the event was published; the same in every delivery.</param>
/// <param name="Time">When it was published, by the producer's clock.</param>
/// <param name="Type">The CloudEvents type.</param>
/// <param name="Services">The scoped services of the transaction, its context among them.</param>
public sealed record EventContext(Guid MessageId, DateTimeOffset Time, string Type, IServiceProvider Services);
