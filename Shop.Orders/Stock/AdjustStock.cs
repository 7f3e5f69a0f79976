using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Orders.Stock;

/// <summary>
/// An operator counts, receives or writes off pieces. It adds to the journal once per idempotency key, and never takes
/// more than is there.
/// </summary>
internal static class AdjustStock
{
    public const int LongestReason = 200;
    /// <summary>A larger delivery is most likely a typing error.</summary>
    private const int LargestChange = 1_000_000;

    public sealed record Request(int Change, string Reason);

    public static async Task<IResult> Handle(
        Guid id, Request request, IdempotencyKey key, CurrentUser user, OrdersDb db, CancellationToken cancel)
    {
        var check = new Validation()
            .Check(
                request.Change is not 0 and >= -LargestChange and <= LargestChange,
                "change",
                $"A change is at most {LargestChange} pieces, more or fewer, and not 0.")
            .CheckText(request.Reason, "reason", LongestReason);
        if (check.Failed)
            return check.ToProblem();

        return await db.ExecuteOnceAsync<StockView>(
            key, user, $"POST /api/products/{id}/stock", request,
            async () =>
                await AdjustAsync(db, id, request.Change, request.Reason, user.Id, cancel) is { } level
                ? TypedResults.Ok(level)
                : await Explain(id, request, db, cancel),
            cancel);
    }

    /// <summary>
    /// Corrects what can be ordered, by count, delivery or breakage. Null when there is no such product, or when the
    /// change would take more than is there or exceed <see cref="StockLevel.Most"/>.
    /// </summary>
    internal static async Task<StockView?> AdjustAsync(
        OrdersDb db, Guid product, int change, string reason, Guid madeBy, CancellationToken cancel)
    {
        var adjusted = await db.Database.SqlQuery<StockView>($"""
            WITH changed AS (
                UPDATE orders.stock_levels AS level SET available = level.available + {change}
                FROM orders.products AS product
                WHERE level.product_id = {product} AND product.id = level.product_id AND product.deleted_at IS NULL
                    AND level.available + {change} BETWEEN 0 AND {StockLevel.Most}
                RETURNING level.product_id, level.available, level.reserved
            ), journal AS (
                INSERT INTO orders.stock_movements (product_id, kind, available, reserved, reason, made_by, at)
                SELECT product_id, 'Adjusted', {change}, 0, {reason}, {madeBy}, clock_timestamp() FROM changed
            )
            SELECT product_id, available, reserved FROM changed
            """).ToListAsync(cancel);
        return adjusted.SingleOrDefault();
    }

    private static async Task<ProblemHttpResult> Explain(
        Guid id, Request request, OrdersDb db, CancellationToken cancel)
    {
        if (!await db.Products.AnyAsync(product => product.Id == id, cancel))
            return Problem.NotFound("There is no such product.");

        return Problem.Conflict(request.Change < 0
            ? "Fewer pieces than that can be ordered now. What belongs to orders can't be taken away."
            : $"A product has at most {StockLevel.Most} pieces.");
    }
}
