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

internal sealed record StockView(Guid ProductId, int Available, int Reserved);
