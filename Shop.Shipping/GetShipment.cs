using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>Where an order's parcel is, for its customer and for operators.</summary>
internal static class GetShipment
{
    public sealed record Response(
        Guid OrderId, ShipmentStatus Status, string? Carrier, string? TrackingNumber, string? Reason, bool Held,
        IReadOnlyList<Seen> Events);

    public sealed record Seen(
        ShipmentStatus Status, DateTimeOffset At,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Place);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid orderId, CurrentUser user, ShippingDb db, CancellationToken cancel)
    {
        var shipment = await db.Shipments
            .AsNoTracking()
            .Where(shipment => shipment.OrderId == orderId && (user.IsOperator || shipment.CustomerId == user.Id))
            .Select(shipment => new Response(
                shipment.OrderId,
                shipment.State.Status,
                shipment.State.Carrier,
                shipment.State.TrackingNumber,
                shipment.State.Reason,
                shipment.State.HeldWith != null,
                shipment.Events.OrderBy(seen => seen.Id)
                    .Select(seen => new Seen(seen.Status, seen.At, seen.Place)).ToList()))
            .SingleOrDefaultAsync(cancel);

        return shipment is null ? Problem.NotFound("There is no shipment for this order.") : TypedResults.Ok(shipment);
    }
}
