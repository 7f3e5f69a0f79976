using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Payments;

// Published. An event is added here and in PaymentProcess, which decides when it is published.

/// <summary>
/// An event of Payments, which publishes itself: the list of a transition's events needs no switch that could miss one.
/// It can't be a list of <see cref="IEvent"/>, which has static members and so can't be a type argument (CS8920).
/// </summary>
internal interface IPaymentEvent
{
    void PublishTo(PaymentsDb db);
}

internal static class PaymentEvents
{
    public static void PublishAll(this PaymentsDb db, IReadOnlyList<IPaymentEvent> events)
    {
        foreach (var next in events)
            next.PublishTo(db);
    }
}

internal sealed record PaymentCaptured(Guid OrderId, Money Amount) : IPaymentEvent, IEvent
{
    public static string Type => "shop.payments.payment-captured.v1";
    Guid IEvent.Subject => OrderId;
    void IPaymentEvent.PublishTo(PaymentsDb db) => db.Publish(this);
}

internal sealed record PaymentDeclined(Guid OrderId, string Reason) : IPaymentEvent, IEvent
{
    public static string Type => "shop.payments.payment-declined.v1";
    Guid IEvent.Subject => OrderId;
    void IPaymentEvent.PublishTo(PaymentsDb db) => db.Publish(this);
}

/// <summary>Nothing was charged and nothing will be.</summary>
internal sealed record PaymentVoided(Guid OrderId) : IPaymentEvent, IEvent
{
    public static string Type => "shop.payments.payment-voided.v1";
    Guid IEvent.Subject => OrderId;
    void IPaymentEvent.PublishTo(PaymentsDb db) => db.Publish(this);
}

internal sealed record PaymentRefunded(Guid OrderId, Money Amount) : IPaymentEvent, IEvent
{
    public static string Type => "shop.payments.payment-refunded.v1";
    Guid IEvent.Subject => OrderId;
    void IPaymentEvent.PublishTo(PaymentsDb db) => db.Publish(this);
}

// Read: only the members that matter here. An input is added here, in PaymentProcess and as a subscription; tests name
// what is missing.

internal sealed record PaymentRequested(Guid OrderId, Guid CustomerId, Money Amount, string PaymentToken)
    : PaymentInput, IEvent
{
    public static string Type => "shop.orders.payment-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentCancellationRequested(Guid OrderId, Guid CustomerId, Money Amount)
    : PaymentInput, IEvent
{
    public static string Type => "shop.orders.payment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";
    Guid IEvent.Subject => UserId;
}
