using System.Text.Json;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class MoneyAmounts
{
    private static readonly Money Five = new(500, "EUR");

    [Fact]
    public void Add_subtract_and_multiply_in_whole_minor_units()
    {
        Assert.Equal(new Money(1199, "EUR"), Five + new Money(699, "EUR"));
        Assert.Equal(new Money(-199, "EUR"), Five - new Money(699, "EUR"));
        Assert.Equal(new Money(1500, "EUR"), Five * 3);
        Assert.Equal(new Money(1000, "EUR"), Money.Sum([Five, Five], "EUR"));
    }

    [Fact]
    public void Of_two_currencies_never_mix()
    {
        var dollars = new Money(500, "USD");

        Assert.Throws<InvalidOperationException>(() => Five + dollars);
        Assert.Throws<InvalidOperationException>(() => Five - dollars);
        Assert.Throws<InvalidOperationException>(() => Five < dollars);
    }

    [Fact]
    public void That_are_too_large_throw_instead_of_wrapping()
    {
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, "EUR") + new Money(1, "EUR"));
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, "EUR") * 2);
    }

    [Fact]
    public void Are_an_amount_and_a_currency_on_the_wire()
    {
        Assert.Equal("""{"amount":500,"currency":"EUR"}""", JsonSerializer.Serialize(Five, Json.Web));
        Assert.Equal(Five, JsonSerializer.Deserialize<Money>("""{"amount":500,"currency":"EUR"}""", Json.Web));
    }
}
