using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>Shows an order to its customer and to operators. To everybody else there is no such order.</summary>
internal static class GetOrder
{
    public sealed record Response(
        Guid Id,
        OrderStatus Status,
        IReadOnlyList<OrderLine> Lines,
        Money Shipping,
        Money Total,
        DateTimeOffset PlacedAt,
        Address ShipTo,
        IReadOnlyList<HistoryEntry> History);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, OrdersDb db, HttpResponse http, CancellationToken cancel)
    {
        http.Headers.CacheControl = "no-store";
        var order = await db.Orders.AsNoTracking()
            .SingleOrDefaultAsync(o => o.Id == id && (o.CustomerId == user.Id || user.IsOperator), cancel);
        return order is null
            ? Problem.NotFound("There is no such order.")
            : TypedResults.Ok(new Response(
                order.Id, order.Status, order.Lines, order.Shipping, order.Total, order.PlacedAt,
                order.ShipTo, order.History));
    }
}
