using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;
using Shop.Shipping;
using Shop.Shipping.Carriers;
using Shop.Users.Addresses;

namespace Shop.Tests.Unit;

/// <summary>An address that one part of the shop takes, the others take as well.</summary>
public class AddressRulesTests
{
    [Theory]
    [InlineData("10115", true)]
    [InlineData("1234567890123456", true)]
    [InlineData("12345678901234567", false)]
    [InlineData(" ", false)]
    [InlineData("101\u202e15", false)]
    public void A_postal_code_that_the_address_book_takes_has_a_quote(string postalCode, bool isTaken)
    {
        var book = new AddressFields("Ada Example", "Invalidenstr. 1", "Berlin", postalCode, "DE").Check();
        var quote = QuoteShipping.Handle(new("DE", postalCode, Items: 1), new SimulatedCarrier(options: null!)).Result;

        Assert.Equal(isTaken, !book.Failed);
        Assert.Equal(isTaken, quote is Ok<QuoteShipping.Response>);
    }

    [Theory]
    [InlineData("DE", true)]
    [InlineData("de", false)]
    [InlineData("DEU", false)]
    [InlineData("D1", false)]
    [InlineData("DE\n", false)]
    public void A_country_is_two_capital_letters(string country, bool isOne) =>
        Assert.Equal(isOne, AddressRules.IsCountry(country));
}
