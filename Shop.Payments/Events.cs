using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Payments;

// Published. An event is added here and in PaymentProcess, which decides when it is published.

internal sealed record PaymentCaptured(Guid OrderId, Money Amount) : IPublishedEvent<PaymentCaptured>
{
    public static string Type => "shop.payments.payment-captured.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentDeclined(Guid OrderId, string Reason) : IPublishedEvent<PaymentDeclined>
{
    public static string Type => "shop.payments.payment-declined.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Nothing was charged and nothing will be.</summary>
internal sealed record PaymentVoided(Guid OrderId) : IPublishedEvent<PaymentVoided>
{
    public static string Type => "shop.payments.payment-voided.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentRefunded(Guid OrderId, Money Amount) : IPublishedEvent<PaymentRefunded>
{
    public static string Type => "shop.payments.payment-refunded.v1";
    Guid IEvent.Subject => OrderId;
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
