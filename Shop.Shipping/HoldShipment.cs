using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>
/// An operator keeps a parcel in the house, and later lets it go on where it stood. Orders does not know: it asks as
/// before, and a cancellation stops a held parcel like any other.
/// </summary>
internal static class HoldShipment
{
    public sealed record Response(Guid OrderId, ShipmentStatus Status, bool Held);

    public static Task<Results<Ok<Response>, ProblemHttpResult>> Hold(Guid orderId, ShippingDb db, CancellationToken cancel) =>
        Decide(orderId, (shipment, now) => new HoldAsked(shipment.DueAt - now ?? TimeSpan.Zero), db, cancel);

    public static Task<Results<Ok<Response>, ProblemHttpResult>> Release(Guid orderId, ShippingDb db, CancellationToken cancel) =>
        Decide(orderId, (_, _) => new ReleaseAsked(), db, cancel);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> Decide(
        Guid orderId, Func<Shipment, DateTimeOffset, Happening> wish, ShippingDb db, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.LockAsync(orderId, cancel) is not { } shipment)
            return Problem.NotFound("There is no shipment for this order.");

        var now = await db.NowAsync(cancel);
        var happening = wish(shipment, now);
        if (ShipmentProcess.ObjectionTo(happening, shipment.State) is { } objection)
            return Problem.Conflict(objection);

        db.Apply(shipment, happening, now);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.Ok(new Response(orderId, shipment.State.Status, shipment.State.IsHeld));
    }
}
