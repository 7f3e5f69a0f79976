namespace Shop.Orders.Cart;

/// <summary>What a cart remembers of a product. Name and price are the catalogue's, at the time of reading.</summary>
internal sealed record CartLine(Guid ProductId, int Quantity)
{
    public const int MostLines = 50;
    public const int MostPieces = 1000;

    /// <summary>
    /// The cart of a customer with what they put aside before they signed in. Pieces of one product add up; when there
    /// are too many lines, the oldest go, since the newest are what the customer is looking for now.
    /// </summary>
    public static IReadOnlyList<CartLine> Merge(IReadOnlyList<CartLine> mine, IReadOnlyList<CartLine> putAside)
    {
        var pieces = mine.ToDictionary(line => line.ProductId, line => line.Quantity);
        var newest = putAside.Select(line => line with
        {
            Quantity = Math.Min(MostPieces, line.Quantity + pieces.GetValueOrDefault(line.ProductId)),
        });
        return [.. mine.ExceptBy(putAside.Select(line => line.ProductId), line => line.ProductId).Concat(newest).TakeLast(MostLines)];
    }
}
