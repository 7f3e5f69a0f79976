using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Orders;

// Published. An event is added here and in OrderProcess, which decides when it is published.

internal sealed record OrderPlaced(
    Guid OrderId, Guid CustomerId, Money Total, DateTimeOffset PlacedAt) : IPublishedEvent<OrderPlaced>
{
    public static string Type => "shop.orders.order-placed.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentRequested(
    Guid OrderId, Guid CustomerId, Money Amount, string PaymentToken) : IPublishedEvent<PaymentRequested>
{
    public static string Type => "shop.orders.payment-requested.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Void the payment if nothing is charged yet, else refund the charge.</summary>
internal sealed record PaymentCancellationRequested(
    Guid OrderId, Guid CustomerId, Money Amount, string Reason) : IPublishedEvent<PaymentCancellationRequested>
{
    public static string Type => "shop.orders.payment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentRequested(
    Guid OrderId, Guid CustomerId, Address ShipTo, IReadOnlyList<ShipmentRequested.Line> Lines)
    : IPublishedEvent<ShipmentRequested>
{
    public static string Type => "shop.orders.shipment-requested.v1";
    Guid IEvent.Subject => OrderId;

    internal sealed record Line(string Sku, string Name, int Quantity);
}

internal sealed record ShipmentCancellationRequested(Guid OrderId, Guid CustomerId, string Reason)
    : IPublishedEvent<ShipmentCancellationRequested>
{
    public static string Type => "shop.orders.shipment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Every transition. The version counts them without gaps, so that a reader can drop older ones.</summary>
internal sealed record OrderStatusChanged(
    Guid OrderId, Guid CustomerId, OrderStatus Status, int Version, DateTimeOffset At, string Reason)
    : IPublishedEvent<OrderStatusChanged>
{
    public static string Type => "shop.orders.order-status-changed.v1";
    Guid IEvent.Subject => OrderId;
}

// Read: only the members that matter here. An input is added here, in OrderProcess and as a subscription; tests name
// what is missing.

internal sealed record PaymentCaptured(Guid OrderId) : OrderInput, IEvent
{
    public static string Type => "shop.payments.payment-captured.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentDeclined(Guid OrderId, string Reason) : OrderInput, IEvent
{
    public static string Type => "shop.payments.payment-declined.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Nothing was charged and nothing will be.</summary>
internal sealed record PaymentVoided(Guid OrderId) : OrderInput, IEvent
{
    public static string Type => "shop.payments.payment-voided.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentRefunded(Guid OrderId) : OrderInput, IEvent
{
    public static string Type => "shop.payments.payment-refunded.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentCreated(Guid OrderId, string Carrier, string TrackingNumber) : OrderInput, IEvent
{
    public static string Type => "shop.shipping.shipment-created.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDispatched(Guid OrderId) : OrderInput, IEvent
{
    public static string Type => "shop.shipping.shipment-dispatched.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDelivered(Guid OrderId) : OrderInput, IEvent
{
    public static string Type => "shop.shipping.shipment-delivered.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentRejected(Guid OrderId, string Reason) : OrderInput, IEvent
{
    public static string Type => "shop.shipping.shipment-rejected.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentStopped(Guid OrderId) : OrderInput, IEvent
{
    public static string Type => "shop.shipping.shipment-stopped.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";
    Guid IEvent.Subject => UserId;
}
