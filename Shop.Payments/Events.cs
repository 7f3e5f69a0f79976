using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Payments;

// Published.

internal sealed record PaymentCaptured(Guid OrderId, Money Amount) : IEvent
{
    public static string Type => "shop.payments.payment-captured.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentDeclined(Guid OrderId, string Reason) : IEvent
{
    public static string Type => "shop.payments.payment-declined.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Nothing was charged and nothing will be.</summary>
internal sealed record PaymentVoided(Guid OrderId) : IEvent
{
    public static string Type => "shop.payments.payment-voided.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentRefunded(Guid OrderId, Money Amount) : IEvent
{
    public static string Type => "shop.payments.payment-refunded.v1";
    Guid IEvent.Subject => OrderId;
}

// Read: what we need of the events of others.

internal sealed record PaymentRequested(Guid OrderId, Guid CustomerId, Money Amount, string PaymentToken) : IEvent
{
    public static string Type => "shop.orders.payment-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentCancellationRequested(Guid OrderId, Guid CustomerId, Money Amount) : IEvent
{
    public static string Type => "shop.orders.payment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";
    Guid IEvent.Subject => UserId;
}
