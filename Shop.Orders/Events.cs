using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Orders;

// Published.

internal sealed record OrderPlaced(Guid OrderId, Guid CustomerId, Money Total, DateTimeOffset PlacedAt) : IEvent
{
    public static string Type => "shop.orders.order-placed.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentRequested(Guid OrderId, Guid CustomerId, Money Amount, string PaymentToken) : IEvent
{
    public static string Type => "shop.orders.payment-requested.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Void the payment if it is not taken yet, refund it if it is.</summary>
internal sealed record PaymentCancellationRequested(Guid OrderId, Guid CustomerId, Money Amount, string Reason) : IEvent
{
    public static string Type => "shop.orders.payment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentRequested(
    Guid OrderId, Guid CustomerId, Address ShipTo, IReadOnlyList<ShipmentRequested.Line> Lines) : IEvent
{
    public static string Type => "shop.orders.shipment-requested.v1";
    Guid IEvent.Subject => OrderId;

    internal sealed record Line(string Sku, string Name, int Quantity);
}

internal sealed record ShipmentCancellationRequested(Guid OrderId, Guid CustomerId, string Reason) : IEvent
{
    public static string Type => "shop.orders.shipment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Every transition. The version counts them without gaps, so that a reader can drop older news.</summary>
internal sealed record OrderStatusChanged(
    Guid OrderId, Guid CustomerId, OrderStatus Status, int Version, DateTimeOffset At, string Reason) : IEvent
{
    public static string Type => "shop.orders.order-status-changed.v1";
    Guid IEvent.Subject => OrderId;
}

// Read: only the members that matter here.

internal sealed record PaymentCaptured(Guid OrderId) : IEvent
{
    public static string Type => "shop.payments.payment-captured.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentDeclined(Guid OrderId, string Reason) : IEvent
{
    public static string Type => "shop.payments.payment-declined.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Nothing was charged, nor will be.</summary>
internal sealed record PaymentVoided(Guid OrderId) : IEvent
{
    public static string Type => "shop.payments.payment-voided.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record PaymentRefunded(Guid OrderId) : IEvent
{
    public static string Type => "shop.payments.payment-refunded.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentCreated(Guid OrderId, string Carrier, string TrackingNumber) : IEvent
{
    public static string Type => "shop.shipping.shipment-created.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDispatched(Guid OrderId) : IEvent
{
    public static string Type => "shop.shipping.shipment-dispatched.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDelivered(Guid OrderId) : IEvent
{
    public static string Type => "shop.shipping.shipment-delivered.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentRejected(Guid OrderId, string Reason) : IEvent
{
    public static string Type => "shop.shipping.shipment-rejected.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentStopped(Guid OrderId) : IEvent
{
    public static string Type => "shop.shipping.shipment-stopped.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";
    Guid IEvent.Subject => UserId;
}
