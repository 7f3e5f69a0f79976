namespace Shop.Orders.Cart;

/// <summary>What a cart remembers of a product. Name and price are the catalogue's, at the time of reading.</summary>
internal sealed record CartLine(Guid ProductId, int Quantity)
{
    /// <summary>As many as an order may have, so that every cart can be ordered.</summary>
    public const int MostLines = PlaceOrder.MaxLines;
    public const int MostPieces = PlaceOrder.MaxQuantity;

    /// <summary>
    /// The cart of a customer together with the guest cart that the browser had before they signed in. Pieces of one
    /// product add up; when there are too many lines, the oldest go, because the newest are what the customer is
    /// looking for now.
    /// </summary>
    public static IReadOnlyList<CartLine> Merge(IReadOnlyList<CartLine> mine, IReadOnlyList<CartLine> guest)
    {
        var pieces = mine.ToDictionary(line => line.ProductId, line => line.Quantity);
        var newest = guest.Select(line => line with
        {
            Quantity = Math.Min(MostPieces, line.Quantity + pieces.GetValueOrDefault(line.ProductId)),
        });
        var older = mine.ExceptBy(guest.Select(line => line.ProductId), line => line.ProductId);
        return [.. older.Concat(newest).TakeLast(MostLines)];
    }
}
