using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.Messaging;
using Shop.Orders.Cart;

namespace Shop.Orders;

/// <summary>
/// Forgets customers whose account is gone: their cart, the answers kept for their keys, and in their orders who they
/// were and where they lived, as soon as an order has ended. Lines and amounts stay.
/// </summary>
internal sealed class DeletedCustomers(
    IServiceScopeFactory scopes, DatabaseReadiness<OrdersDb> readiness, Carts carts, ILogger<ErasureLoop<OrdersDb>> log)
    : ErasureLoop<OrdersDb>(scopes, readiness, log)
{
    /// <summary>Orders in one transaction, which locks them.</summary>
    private const int Batch = 200;

    public static Task Note(UserDeleted deleted, OrdersDb db, EventContext context, CancellationToken cancel) =>
        db.NoteDeletedAsync(deleted.UserId, deleted.DeletedAt, cancel);

    protected override async Task<bool> EraseAsync(OrdersDb db, Guid userId, CancellationToken cancel)
    {
        await db.Set<IdempotentAnswer>().Where(answer => answer.UserId == userId).ExecuteDeleteAsync(cancel);
        var named = await db.Orders
            .Where(order => order.CustomerId == userId && order.PaymentToken != "")
            .Where(order => order.Status == OrderStatus.Delivered || order.Status == OrderStatus.Cancelled)
            .OrderBy(order => order.Id).Take(Batch)
            .ToListAsync(cancel);
        named.ForEach(order => order.Anonymize());
        await db.SaveChangesAsync(cancel);
        var isCartGone = await carts.RemoveAsync(CartOwner.Of(userId));
        return !isCartGone || await db.Orders.AnyAsync(
            order => order.CustomerId == userId && order.PaymentToken != "", cancel);
    }
}
