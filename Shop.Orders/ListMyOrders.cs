using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>The caller's own orders, newest first: version 7 ids sort by time.</summary>
internal static class ListMyOrders
{
    public sealed record Item(
        Guid Id,
        OrderStatus Status,
        IReadOnlyList<OrderLine> Lines,
        Money Shipping,
        Money Total,
        DateTimeOffset PlacedAt);

    public static async Task<Results<Ok<Page<Item>>, ValidationProblem>> Handle(
        CurrentUser user, OrdersDb db, HttpResponse http, CancellationToken cancel,
        string? after = null, int limit = 20)
    {
        var list = $"orders {user.Id}";
        Guid before = default;
        var check = new Validation()
            .Check(limit is >= 1 and <= 100, "limit", "A page has 1 to 100 items.")
            .Check(
                after is null || (Cursor.Read(list, after) is [var last] && Guid.TryParseExact(last, "D", out before)),
                "after",
                "Send the value of 'next' of the page before.");
        if (check.Failed)
            return check.ToProblem();

        var mine = db.Orders.AsNoTracking().Where(order => order.CustomerId == user.Id);
        if (after is not null)
            mine = mine.Where(order => order.Id < before);

        var found = await mine.OrderByDescending(order => order.Id).Take(limit + 1).ToListAsync(cancel);
        var next = found.Count > limit ? Cursor.Write(list, found[limit - 1].Id.ToString()) : null;
        http.Headers.CacheControl = "no-store";
        if (next is not null)
            http.Headers.Link = FormattableString.Invariant($"</api/orders?after={next}&limit={limit}>; rel=\"next\"");

        var items = found.Take(limit).Select(order =>
            new Item(order.Id, order.Status, order.Lines, order.Shipping, order.Total, order.PlacedAt));
        return TypedResults.Ok(new Page<Item>([.. items], next));
    }
}
