using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Operators;

/// <summary>
/// For operators: the orders that are under way, those first that repeat their request next. What an order waits for
/// follows from its status, its payment and its parcel.
/// </summary>
internal static class ListWaitingOrders
{
    public sealed record Item(
        Guid Id, OrderStatus Status, PaymentProgress Payment, ParcelProgress Parcel, Money Total,
        DateTimeOffset PlacedAt, DateTimeOffset Since, int Retries, DateTimeOffset NextRetryAt);

    /// <param name="Items">One page is enough: a longer list is an outage, not work for a person.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    public static async Task<Results<Ok<Response>, ValidationProblem>> Handle(
        OrdersDb db, HttpResponse http, CancellationToken cancel, int limit = 50)
    {
        var check = new Validation().Check(limit is >= 1 and <= 200, "limit", "A page has 1 to 200 orders.");
        if (check.Failed)
            return check.ToProblem();

        http.Headers.CacheControl = "no-store";
        var waiting = await db.Orders.AsNoTracking()
            .Where(order => order.DeadlineAt != null)
            .OrderBy(order => order.DeadlineAt)
            .Take(limit)
            .Select(order => new Item(
                order.Id, order.Status, order.Payment, order.Parcel, new Money(order.TotalAmount, order.Currency),
                order.PlacedAt, order.Since, order.RetryCount, order.DeadlineAt!.Value))
            .ToListAsync(cancel);
        return TypedResults.Ok(new Response(waiting));
    }
}
