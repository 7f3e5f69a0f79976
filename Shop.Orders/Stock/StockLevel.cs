namespace Shop.Orders.Stock;

/// <summary>
/// What is left of a product. Both numbers are the sums of its movements; the database keeps them from falling below
/// zero.
/// </summary>
internal sealed class StockLevel
{
    /// <summary>No product has more pieces than this; sums of movements stay far from the largest number.</summary>
    public const int Most = 100_000_000;

    public required Guid ProductId { get; init; }

    /// <summary>Pieces that can be ordered.</summary>
    public required int Available { get; init; }

    /// <summary>Pieces in the warehouse that are reserved for orders.</summary>
    public required int Reserved { get; init; }
}

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
}

internal sealed record StockView(Guid ProductId, int Available, int Reserved);
