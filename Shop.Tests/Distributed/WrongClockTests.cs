namespace Shop.Tests.Distributed;

[Collection(nameof(ShopWithoutDeadlines))]
public class WrongClockTests(ShopWithoutDeadlines shop)
{
    [Fact]
    public async Task A_purchase_right_after_signing_in_goes_well_and_is_seen_whole()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;

        var placed = await customer.PostOrderAsync(Customer.OrderOf(product), Customer.NewKey());
        var order = (Guid)(await Customer.Read(placed, System.Net.HttpStatusCode.Created))["id"]!;
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order among wrong clocks");
        var overview = await customer.GetAsync($"/api/orders/{order}/overview");

        Assert.Empty(overview["unavailable"]!.AsArray());
        Assert.Equal("Captured", (string?)overview["payment"]!["status"]);
        Assert.Equal("Delivered", (string?)overview["shipment"]!["status"]);
    }
}

/// <summary>What becomes of tokens by clocks that differ more than is tolerated, without the shop.</summary>
public class TokenClockTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-3000, true)]
    [InlineData(-600, true)]
    [InlineData(0, true)]
    [InlineData(600, true)]
    [InlineData(-3100, false)]
    public void Tokens_issued_in_the_future_are_recognised_up_to_fifty_minutes(int seconds, bool accepted)
    {
        // Of ten minutes; how long a token from the past lives is for its verification.
        var issued = Now.ToUnixTimeSeconds();
        var payload =
            $$"""{"iss":"i","aud":"a","sub":"01968a30-0000-7000-8000-000000000001","role":"customer","sid":"01968a30-0000-7000-8000-000000000002","jti":"j","iat":{{issued}},"exp":{{issued + 600}}}""";
        var token = string.Join('.', ((string[])["""{"alg":"RS256","kid":"k","typ":"at+jwt"}""", payload, "signature"])
            .Select(part => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(part))));

        var here = Now + TimeSpan.FromSeconds(seconds);
        Assert.Equal(
            accepted,
            Shop.ServiceDefaults.AccessTokenFormat.TryRead(
                $"Bearer {token}", here + Shop.ServiceDefaults.TokenVerificationOptions.LongestTokenLife, out _));
    }
}
