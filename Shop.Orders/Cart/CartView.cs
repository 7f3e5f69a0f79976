using Microsoft.EntityFrameworkCore;
using Shop.Orders.Catalogue;
using Shop.ServiceDefaults;

namespace Shop.Orders.Cart;

/// <summary>A cart with today's names and prices.</summary>
/// <param name="Lines">In the order in which they were put in.</param>
/// <param name="Total">The sum of the lines, without shipping; null without lines or in more than one currency.</param>
/// <param name="Gone">Products of the cart that are not sold any more.</param>
/// <param name="Unavailable">Carts can't be read now: this one is shown empty.</param>
internal sealed record CartView(
    IReadOnlyList<CartView.Line> Lines, Money? Total, IReadOnlyList<Guid> Gone, bool Unavailable)
{
    public sealed record Line(
        Guid ProductId, string Sku, string Name, Money Price, int Quantity, Money Total, int Available);

    public static CartView WhileUnavailable { get; } = new([], null, [], Unavailable: true);

    public static async Task<CartView> OfAsync(OrdersDb db, IReadOnlyList<CartLine> lines, CancellationToken cancel)
    {
        Guid[] ids = [.. lines.Select(line => line.ProductId)];
        return Of(lines, ids is [] ? [] : await (
            from product in db.Products.AsNoTracking()
            join level in db.StockLevels on product.Id equals level.ProductId
            where ids.Contains(product.Id)
            select new ProductView(
                product.Id, product.Sku, product.Name, product.Description,
                new Money(product.Price.Amount, product.Price.Currency), level.Available)).ToListAsync(cancel));
    }

    public static CartView Of(IReadOnlyList<CartLine> lines, IReadOnlyList<ProductView> products)
    {
        var sold = products.ToDictionary(product => product.Id);
        Line[] shown =
        [
            .. from line in lines
               where sold.ContainsKey(line.ProductId)
               let product = sold[line.ProductId]
               select new Line(
                   product.Id, product.Sku, product.Name, product.Price,
                   line.Quantity, product.Price * line.Quantity, product.Available),
        ];
        var currencies = shown.Select(line => line.Price.Currency).Distinct().ToArray();
        return new(
            shown,
            currencies is [var currency] ? Money.Sum(shown.Select(line => line.Total), currency) : null,
            [.. lines.Select(line => line.ProductId).Where(id => !sold.ContainsKey(id))],
            Unavailable: false);
    }
}
