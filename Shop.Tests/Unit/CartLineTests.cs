using Shop.Orders.Cart;
using Shop.Orders.Catalogue;

namespace Shop.Tests.Unit;

public class CartLineTests
{
    private static readonly Guid Lamp = Guid.CreateVersion7();
    private static readonly Guid Vase = Guid.CreateVersion7();
    private static readonly Guid Rug = Guid.CreateVersion7();

    [Fact]
    public void Carts_of_before_and_after_signing_in_add_up()
    {
        var merged = CartLine.Merge([new(Lamp, 1), new(Vase, 2)], [new(Lamp, 3), new(Rug, 1)]);

        Assert.Equal([new(Vase, 2), new(Lamp, 4), new(Rug, 1)], merged);
    }

    [Fact]
    public void A_merged_line_never_exceeds_the_largest_quantity() =>
        Assert.Equal([new(Lamp, CartLine.MostPieces)], CartLine.Merge([new(Lamp, 600)], [new(Lamp, 600)]));

    [Fact]
    public void A_merged_cart_keeps_the_newest_lines()
    {
        CartLine[] full = [.. Enumerable.Range(0, CartLine.MostLines).Select(
            _ => new CartLine(Guid.CreateVersion7(), 1))];

        var merged = CartLine.Merge(full, [new(Lamp, 1), new(Vase, 1)]);

        Assert.Equal([.. full[2..], new(Lamp, 1), new(Vase, 1)], merged);
        Assert.Equal(full, CartLine.Merge([new(Lamp, 1)], full));
    }

    [Fact]
    public void Merging_an_empty_cart_changes_nothing()
    {
        Assert.Equal([new(Lamp, 1)], CartLine.Merge([], [new(Lamp, 1)]));
        Assert.Equal([new(Lamp, 1)], CartLine.Merge([new(Lamp, 1)], []));
    }

    [Fact]
    public void A_cart_in_two_currencies_has_no_total()
    {
        ProductView lamp = new(Lamp, "LAMP", "Lamp", "", new(1000, "EUR"), 5);
        ProductView vase = new(Vase, "VASE", "Vase", "", new(700, "USD"), 5);

        Assert.Null(CartView.Of([new(Lamp, 1), new(Vase, 1)], [lamp, vase]).Total);
        Assert.Equal(new(2000, "EUR"), CartView.Of([new(Lamp, 2), new(Vase, 1)], [lamp]).Total);
        Assert.Equal([Vase], CartView.Of([new(Lamp, 2), new(Vase, 1)], [lamp]).Gone);
    }
}
