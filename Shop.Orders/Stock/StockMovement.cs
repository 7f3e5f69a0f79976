using Npgsql;

namespace Shop.Orders.Stock;

/// <summary>A product has fewer pieces than an order needs.</summary>
internal sealed class StockShortageException(string message) : Exception(message);

internal enum MovementKind
{
    Opening,
    Reserved,
    Released,
    Sold,
    Adjusted,
}

/// <summary>
/// One change of a product's stock. Movements are only ever added; the database refuses anything else.
/// </summary>
internal sealed class StockMovement
{
    public required Guid ProductId { get; init; }

    public long Id { get; init; }

    /// <summary>The order whose pieces moved; none for openings and adjustments.</summary>
    public Guid? OrderId { get; init; }

    public required MovementKind Kind { get; init; }

    /// <summary>By how much the available pieces changed.</summary>
    public required int Available { get; init; }

    /// <summary>By how much the reserved pieces changed.</summary>
    public required int Reserved { get; init; }

    /// <summary>Why an operator adjusted the stock; none for what orders do.</summary>
    public string? Reason { get; init; }

    /// <summary>The operator who made it; none for what orders do.</summary>
    public Guid? MadeBy { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it tells of an order, so that saving it changes the stock as well.</summary>
    public bool IsOfOrder => OrderId is not null;

    /// <summary>The pieces of a new order.</summary>
    public static IEnumerable<StockMovement> Reserve(Order order, DateTimeOffset now) =>
        Of(order, MovementKind.Reserved, available: -1, reserved: 1, now);

    /// <summary>The pieces of a cancelled order become available again.</summary>
    public static IEnumerable<StockMovement> Release(Order order, DateTimeOffset now) =>
        Of(order, MovementKind.Released, available: 1, reserved: -1, now);

    /// <summary>The pieces of a shipped order are gone.</summary>
    public static IEnumerable<StockMovement> Sell(Order order, DateTimeOffset now) =>
        Of(order, MovementKind.Sold, available: 0, reserved: -1, now);

    /// <summary>
    /// Changes the stock by movements that are stored before, and one row for each product of them that has enough.
    /// Rows are locked in the order of their product ids, so that two orders never wait for each other.
    /// </summary>
    public static NpgsqlBatchCommand ToStockChange(ILookup<Guid, StockMovement> movements) => new(
        """
        WITH held AS (
            SELECT level.product_id, change.available, change.reserved
            FROM unnest($1, $2, $3) AS change (product_id, available, reserved)
            JOIN orders.stock_levels AS level USING (product_id)
            ORDER BY level.product_id
            FOR NO KEY UPDATE OF level
        )
        UPDATE orders.stock_levels AS level
        SET available = level.available + held.available, reserved = level.reserved + held.reserved
        FROM held
        WHERE level.product_id = held.product_id AND level.available + held.available >= 0
        """)
    {
        Parameters =
        {
            new() { Value = movements.Select(product => product.Key).ToArray() },
            new() { Value = movements.Select(product => product.Sum(movement => movement.Available)).ToArray() },
            new() { Value = movements.Select(product => product.Sum(movement => movement.Reserved)).ToArray() },
        },
    };

    private static IEnumerable<StockMovement> Of(
        Order order, MovementKind kind, int available, int reserved, DateTimeOffset now) =>
        order.Lines.Select(line => new StockMovement
        {
            ProductId = line.ProductId,
            OrderId = order.Id,
            Kind = kind,
            Available = available * line.Quantity,
            Reserved = reserved * line.Quantity,
            At = now,
        });
}
