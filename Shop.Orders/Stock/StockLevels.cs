using Microsoft.EntityFrameworkCore;

namespace Shop.Orders.Stock;

/// <summary>A product of which pieces were reserved, with its price at that moment and the time.</summary>
internal sealed record ReservedProduct(
    Guid ProductId, string Sku, string Name, long Price, string Currency, DateTimeOffset Now)
{
    public OrderLine ToLine(int quantity) => new(ProductId, Sku, Name, quantity, new(Price, Currency));
}

/// <summary>
/// Moves pieces between available, reserved and sold, each time with the journal, in one statement inside the caller's
/// transaction. Rows are locked in the order of their product ids, so that two orders never wait for each other.
/// </summary>
internal static class StockLevels
{
    /// <summary>
    /// Reserves every line for which there is enough. Fewer results than lines: something is unknown, no longer sold or
    /// short, and the caller must roll back.
    /// </summary>
    public static async Task<IReadOnlyDictionary<Guid, ReservedProduct>> ReserveAsync(
        OrdersDb db, Guid orderId, IReadOnlyList<PlaceOrder.Line> lines, CancellationToken cancel)
    {
        Guid[] products = [.. lines.Select(line => line.ProductId)];
        int[] quantities = [.. lines.Select(line => line.Quantity)];
        return await db.Database.SqlQuery<ReservedProduct>($"""
            WITH wanted AS (
                SELECT level.product_id, line.quantity
                FROM unnest({products}, {quantities}) AS line (product_id, quantity)
                JOIN orders.stock_levels AS level USING (product_id)
                ORDER BY level.product_id
                FOR NO KEY UPDATE OF level
            ), taken AS (
                UPDATE orders.stock_levels AS level
                SET available = level.available - wanted.quantity, reserved = level.reserved + wanted.quantity
                FROM wanted
                WHERE level.product_id = wanted.product_id AND level.available >= wanted.quantity
                RETURNING level.product_id, wanted.quantity
            ), journal AS (
                INSERT INTO orders.stock_movements (product_id, order_id, kind, available, reserved, at)
                SELECT product_id, {orderId}, 'Reserved', -quantity, quantity, clock_timestamp() FROM taken
            )
            SELECT product.id AS product_id, product.sku, product.name,
                product.price_amount AS price, product.price_currency AS currency, clock_timestamp() AS now
            FROM taken JOIN orders.products AS product ON product.id = taken.product_id AND product.deleted_at IS NULL
            """).ToDictionaryAsync(product => product.ProductId, cancel);
    }

    /// <summary>
    /// Corrects what can be ordered, by count, delivery or breakage. Null when there is no such product, or when the
    /// change would take more than is there or exceed <see cref="StockLevel.Most"/>.
    /// </summary>
    public static async Task<StockView?> AdjustAsync(
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

    /// <summary>Makes the pieces of a cancelled order available again.</summary>
    public static Task ReleaseAsync(OrdersDb db, Order order, CancellationToken cancel) =>
        MoveAsync(db, order, MovementKind.Released, returned: 1, cancel);

    /// <summary>Removes the pieces of a shipped order from the stock.</summary>
    public static Task SellAsync(OrdersDb db, Order order, CancellationToken cancel) =>
        MoveAsync(db, order, MovementKind.Sold, returned: 0, cancel);

    private static async Task MoveAsync(
        OrdersDb db, Order order, MovementKind kind, int returned, CancellationToken cancel)
    {
        Guid[] products = [.. order.Lines.Select(line => line.ProductId)];
        int[] quantities = [.. order.Lines.Select(line => line.Quantity)];
        var moved = await db.Database.ExecuteSqlAsync($"""
            WITH held AS (
                SELECT level.product_id, line.quantity
                FROM unnest({products}, {quantities}) AS line (product_id, quantity)
                JOIN orders.stock_levels AS level USING (product_id)
                ORDER BY level.product_id
                FOR NO KEY UPDATE OF level
            ), freed AS (
                UPDATE orders.stock_levels AS level
                SET available = level.available + {returned} * held.quantity, reserved = level.reserved - held.quantity
                FROM held
                WHERE level.product_id = held.product_id
                RETURNING level.product_id, held.quantity
            )
            INSERT INTO orders.stock_movements (product_id, order_id, kind, available, reserved, at)
            SELECT product_id, {order.Id}, {kind.ToString()}, {returned} * quantity, -quantity, clock_timestamp()
            FROM freed
            """, cancel);
        if (moved != order.Lines.Count)
            throw new InvalidOperationException(
                $"Order {order.Id} has {order.Lines.Count} lines, {moved} of them in stock.");
    }
}
