using Shop.Orders.Cart;
using Shop.Orders.Catalogue;

namespace Shop.Tests.Unit;

public class CartLines
{
    private static readonly Guid Lamp = Guid.CreateVersion7();
    private static readonly Guid Vase = Guid.CreateVersion7();
    private static readonly Guid Rug = Guid.CreateVersion7();

    [Fact]
    public void Of_before_and_after_signing_in_add_up()
    {
        var merged = CartLine.Merge([new(Lamp, 1), new(Vase, 2)], [new(Lamp, 3), new(Rug, 1)]);

        Assert.Equal([new(Vase, 2), new(Lamp, 4), new(Rug, 1)], merged);
    }

    [Fact]
    public void Never_exceed_the_pieces_of_a_line() =>
        Assert.Equal([new(Lamp, CartLine.MostPieces)], CartLine.Merge([new(Lamp, 600)], [new(Lamp, 600)]));

    [Fact]
    public void Never_exceed_the_lines_of_a_cart_and_keep_the_newest()
    {
        CartLine[] full = [.. Enumerable.Range(0, CartLine.MostLines).Select(_ => new CartLine(Guid.CreateVersion7(), 1))];

        var merged = CartLine.Merge(full, [new(Lamp, 1), new(Vase, 1)]);

        Assert.Equal([.. full[2..], new(Lamp, 1), new(Vase, 1)], merged);
        Assert.Equal(full, CartLine.Merge([new(Lamp, 1)], full));
    }

    [Fact]
    public void Of_an_empty_cart_change_nothing()
    {
        Assert.Equal([new(Lamp, 1)], CartLine.Merge([], [new(Lamp, 1)]));
        Assert.Equal([new(Lamp, 1)], CartLine.Merge([new(Lamp, 1)], []));
    }

    [Fact]
    public void Have_no_total_in_two_currencies()
    {
        ProductView lamp = new(Lamp, "LAMP", "Lamp", "", new(1000, "EUR"), 5);
        ProductView vase = new(Vase, "VASE", "Vase", "", new(700, "USD"), 5);

        Assert.Null(CartView.Of([new(Lamp, 1), new(Vase, 1)], [lamp, vase]).Total);
        Assert.Equal(new(2000, "EUR"), CartView.Of([new(Lamp, 2), new(Vase, 1)], [lamp]).Total);
        Assert.Equal([Vase], CartView.Of([new(Lamp, 2), new(Vase, 1)], [lamp]).Gone);
    }
}
