using System.Text.Json;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class MoneyTests
{
    private static readonly Money Five = new(500, "EUR");

    [Fact]
    public void Amounts_add_subtract_and_multiply_in_whole_minor_units()
    {
        Assert.Equal(new Money(1199, "EUR"), Five + new Money(699, "EUR"));
        Assert.Equal(new Money(-199, "EUR"), Five - new Money(699, "EUR"));
        Assert.Equal(new Money(1500, "EUR"), Five * 3);
        Assert.Equal(new Money(1000, "EUR"), Money.Sum([Five, Five], "EUR"));
    }

    [Fact]
    public void Two_currencies_never_mix()
    {
        var dollars = new Money(500, "USD");

        Assert.Throws<InvalidOperationException>(() => Five + dollars);
        Assert.Throws<InvalidOperationException>(() => Five - dollars);
        Assert.Throws<InvalidOperationException>(() => Five < dollars);
    }

    [Fact]
    public void An_overflow_throws()
    {
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, "EUR") + new Money(1, "EUR"));
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, "EUR") * 2);
    }

    [Fact]
    public void On_the_wire_it_is_an_amount_and_a_currency()
    {
        Assert.Equal("""{"amount":500,"currency":"EUR"}""", JsonSerializer.Serialize(Five, Json.Web));
        Assert.Equal(Five, JsonSerializer.Deserialize<Money>("""{"amount":500,"currency":"EUR"}""", Json.Web));
    }
}
