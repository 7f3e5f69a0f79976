using Microsoft.AspNetCore.Http;
using Shop.Orders.Catalogue;

namespace Shop.Tests.Unit;

public class ProductTags
{
    [Theory]
    [InlineData("\"3.10\"")]
    [InlineData("\"3.9\"")]
    [InlineData("\"2.10\", \"3.10\"")]
    [InlineData("*")]
    public void Let_a_change_pass_whatever_the_stock_did_meanwhile(string ifMatch) => Assert.Null(Refusal(ifMatch));

    [Theory]
    [InlineData("\"2.10\"", 412)]
    [InlineData("W/\"3.10\"", 412)]
    [InlineData("\"3\"", 412)]
    [InlineData("\"-3.10\"", 412)]
    [InlineData(null, 428)]
    [InlineData("3.10", 428)]
    public void Refuse_what_names_another_version(string? ifMatch, int status) => Assert.Equal(status, Refusal(ifMatch));

    [Fact]
    public void Name_version_and_stock() => Assert.Equal("\"3.10\"", ProductTag.Of(3, 10).ToString());

    private static int? Refusal(string? ifMatch)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfMatch = ifMatch;
        return ProductTag.Refuses(request, version: 3)?.StatusCode;
    }
}
