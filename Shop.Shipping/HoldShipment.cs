using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>
/// An operator holds a parcel in the warehouse, and later lets it continue where it stood. Orders isn't told: it
/// repeats its requests as before, and a cancellation stops a held parcel like any other.
/// </summary>
internal static class HoldShipment
{
    public sealed record Response(Guid OrderId, ShipmentStatus Status, bool Held);

    public static Task<Results<Ok<Response>, ProblemHttpResult>> Hold(
        Guid orderId, ShippingDb db, CancellationToken cancel) =>
        CarryOutAsync(
            orderId, (shipment, now) => new HoldRequested(shipment.DueAt - now ?? TimeSpan.Zero), db, cancel);

    public static Task<Results<Ok<Response>, ProblemHttpResult>> Release(
        Guid orderId, ShippingDb db, CancellationToken cancel) =>
        CarryOutAsync(orderId, (_, _) => new ReleaseRequested(), db, cancel);

    /// <summary>The same for every command of an operator.</summary>
    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> CarryOutAsync(
        Guid orderId, Func<Shipment, DateTimeOffset, OperatorCommand> create, ShippingDb db, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Locks.LockAsync(orderId, cancel) is not ({ } shipment, var now))
            return Problem.NotFound("There is no shipment for this order.");

        var command = create(shipment, now);
        if (ShipmentProcess.ObjectionTo(command, shipment.State) is { } objection)
            return Problem.Conflict(objection);

        ShipmentProcessHandlers.Advance(db, shipment, command, now);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.Ok(new Response(orderId, shipment.State.Status, shipment.State.IsHeld));
    }
}
