using System.Diagnostics;
using Shop.Messaging;

namespace Shop.Shipping;

/// <summary>
/// Load under lock, decide, apply, publish: all in the caller's transaction, so all of it or nothing. The carrier is
/// called by <see cref="CarrierPollingWorker"/> after the commit.
/// </summary>
internal static class ShipmentProcessHandlers
{
    /// <summary>Orders requests the parcel of an order.</summary>
    public static Task On(
        ShipmentRequested request, ShippingDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, request.ShipTo, request.Lines, request, cancel);

    /// <summary>Orders wants nothing shipped.</summary>
    public static Task On(
        ShipmentCancellationRequested request, ShippingDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, shipTo: null, lines: [], request, cancel);

    /// <summary>Decides about a shipment that is locked and carries it out; the caller saves and commits.</summary>
    public static void Advance(ShippingDb db, Shipment shipment, ShipmentInput input, DateTimeOffset now)
    {
        var transition = ShipmentProcess.Decide(shipment.OrderId, shipment.State, input, now);
        shipment.Apply(transition, now);
        db.PublishAll(transition.Events);
    }

    private static async Task HandleAsync(
        ShippingDb db, Guid orderId, Guid customerId, ShipTo? shipTo, IReadOnlyList<ShipmentLine> lines,
        ShipmentInput input, CancellationToken cancel)
    {
        var (shipment, now) = await db.LockAsync(orderId, cancel);
        if (shipment is not null)
        {
            Advance(db, shipment, input, now);
            return;
        }

        var first = ShipmentProcess.Decide(orderId, state: null, input, now);
        db.Shipments.Add(Shipment.Open(orderId, customerId, shipTo, lines, first, now, Activity.Current?.Id));
        db.PublishAll(first.Events);
    }
}
