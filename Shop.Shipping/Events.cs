using Shop.Messaging;

namespace Shop.Shipping;

// Published. An event is added here and in ShipmentProcess, which decides when it is published.

internal sealed record ShipmentCreated(Guid OrderId, string Carrier, string TrackingNumber)
    : IPublishedEvent<ShipmentCreated>
{
    public static string Type => "shop.shipping.shipment-created.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDispatched(Guid OrderId, DateTimeOffset At) : IPublishedEvent<ShipmentDispatched>
{
    public static string Type => "shop.shipping.shipment-dispatched.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentDelivered(Guid OrderId, DateTimeOffset At) : IPublishedEvent<ShipmentDelivered>
{
    public static string Type => "shop.shipping.shipment-delivered.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipmentRejected(Guid OrderId, string Reason) : IPublishedEvent<ShipmentRejected>
{
    public static string Type => "shop.shipping.shipment-rejected.v1";
    Guid IEvent.Subject => OrderId;
}

/// <summary>No parcel has left and none will.</summary>
internal sealed record ShipmentStopped(Guid OrderId) : IPublishedEvent<ShipmentStopped>
{
    public static string Type => "shop.shipping.shipment-stopped.v1";
    Guid IEvent.Subject => OrderId;
}

// Read: only the members that matter here. An input is added here, in ShipmentProcess and as a subscription; tests name
// what is missing.

internal sealed record ShipmentRequested(
    Guid OrderId, Guid CustomerId, ShipTo ShipTo, IReadOnlyList<ShipmentLine> Lines) : ShipmentInput, IEvent
{
    public static string Type => "shop.orders.shipment-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record ShipTo(string Name, string Line1, string? Line2, string City, string PostalCode, string Country);

internal sealed record ShipmentLine(string Sku, string Name, int Quantity);

internal sealed record ShipmentCancellationRequested(Guid OrderId, Guid CustomerId) : ShipmentInput, IEvent
{
    public static string Type => "shop.orders.shipment-cancellation-requested.v1";
    Guid IEvent.Subject => OrderId;
}

internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";
    Guid IEvent.Subject => UserId;
}
