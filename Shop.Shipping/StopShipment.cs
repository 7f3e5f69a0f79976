using System.Diagnostics;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Shipping;

/// <summary>Orders wants nothing shipped. A cancellation that overtook its request leaves a tombstone.</summary>
internal static class StopShipment
{
    public static async Task Handle(ShipmentCancellationRequested asked, ShippingDb db, EventContext context, CancellationToken cancel)
    {
        var now = await db.NowAsync(cancel);
        if (await db.LockAsync(asked.OrderId, cancel) is { } shipment)
        {
            db.Apply(shipment, new CancellationAsked(), now);
            return;
        }

        var step = ShipmentProcess.CancelBeforeRequest();
        var tombstone = Shipment.Open(asked.OrderId, asked.CustomerId, shipTo: null, lines: [], step, now, Activity.Current?.Id);
        db.Shipments.Add(tombstone);
        db.Tell(tombstone, step.Tell);
    }
}
