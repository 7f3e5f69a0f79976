using Microsoft.AspNetCore.Http;
using Shop.Orders.Catalogue;

namespace Shop.Tests.Unit;

public class ProductTagTests
{
    [Theory]
    [InlineData("\"3.10\"")]
    [InlineData("\"3.9\"")]
    [InlineData("\"2.10\", \"3.10\"")]
    [InlineData("*")]
    public void A_change_passes_whatever_the_stock_did_meanwhile(string ifMatch) => Assert.Null(Refusal(ifMatch));

    [Theory]
    [InlineData("\"2.10\"", 412)]
    [InlineData("W/\"3.10\"", 412)]
    [InlineData("\"3\"", 412)]
    [InlineData("\"-3.10\"", 412)]
    [InlineData(null, 428)]
    [InlineData("3.10", 412)]
    public void A_change_of_another_version_is_refused(string? ifMatch, int status) =>
        Assert.Equal(status, Refusal(ifMatch));

    [Fact]
    public void A_tag_names_version_and_stock() => Assert.Equal("\"3.10\"", ProductTag.Of(3, 10).ToString());

    private static int? Refusal(string? ifMatch)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfMatch = ifMatch;
        return ProductTag.Refuses(request, version: 3)?.StatusCode;
    }
}
