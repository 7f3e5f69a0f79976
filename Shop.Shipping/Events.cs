using Shop.Messaging;

namespace Shop.Shipping;

// Published.

internal sealed record ShipmentCreated(Guid OrderId, string Carrier, string TrackingNumber) : IEvent
{
    public static string Type => "shop.shipping.shipment-created.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDispatched(Guid OrderId, DateTimeOffset At) : IEvent
{
    public static string Type => "shop.shipping.shipment-dispatched.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDelivered(Guid OrderId, DateTimeOffset At) : IEvent
{
    public static string Type => "shop.shipping.shipment-delivered.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentRejected(Guid OrderId, string Reason) : IEvent
{
    public static string Type => "shop.shipping.shipment-rejected.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>Nothing left the house and nothing will.</summary>
internal sealed record ShipmentStopped(Guid OrderId) : IEvent
{
    public static string Type => "shop.shipping.shipment-stopped.v1";
    Guid IEvent.Subject => OrderId;
}

// Read: what we need of the events of others.

internal sealed record ShipmentRequested(Guid OrderId, Guid CustomerId, ShipTo ShipTo, IReadOnlyList<ShipmentLine> Lines) : IEvent
{
    public static string Type => "shop.orders.shipment-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipTo(string Name, string Line1, string? Line2, string City, string PostalCode, string Country);

internal sealed record ShipmentLine(string Sku, string Name, int Quantity);

internal sealed record ShipmentCancellationRequested(Guid OrderId, Guid CustomerId) : IEvent
{
    public static string Type => "shop.orders.shipment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";
    Guid IEvent.Subject => UserId;
}
