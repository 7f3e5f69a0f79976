using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>
/// Begins to cancel the caller's order. Repeating it has no further effect, so it needs no idempotency key.
/// </summary>
internal static class CancelOrder
{
    public sealed record Response(Guid Id, OrderStatus Status);

    public static async Task<Results<Accepted<Response>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, OrdersDb db, OrderProcessHandlers process, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Locks.LockAsync(id, cancel) is not ({ } order, var now) || order.CustomerId != user.Id)
            return Problem.NotFound("There is no such order.");

        if (!OrderProcess.MayCancel(order.Status))
            return Problem.Conflict("The parcel has already left, so the order can't be cancelled any more.");

        process.Advance(db, order, new CancelRequested(), now);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.Accepted($"/api/orders/{order.Id}", new Response(order.Id, order.Status));
    }
}
