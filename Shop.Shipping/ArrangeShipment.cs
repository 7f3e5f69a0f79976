using System.Diagnostics;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Shipping;

/// <summary>
/// Orders asks for the parcel of an order. Only the shipment is stored here; the carrier is asked by <see cref="ParcelRounds"/>
/// after the commit.
/// </summary>
internal static class ArrangeShipment
{
    public static async Task Handle(ShipmentRequested asked, ShippingDb db, EventContext context, CancellationToken cancel)
    {
        var now = await db.NowAsync(cancel);
        if (await db.LockAsync(asked.OrderId, cancel) is { } shipment)
            db.Apply(shipment, new AskedAgain(), now);
        else
            db.Shipments.Add(Shipment.Open(
                asked.OrderId, asked.CustomerId, asked.ShipTo, asked.Lines, ShipmentProcess.Request(), now, Activity.Current?.Id));
    }
}
