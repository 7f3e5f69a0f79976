namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class PurchaseTests(SharedShop shop) : PurchaseScenarios(shop)
{
    [Theory]
    [InlineData("tok_timeout_after_charge")]
    [InlineData("tok_flaky")]
    [InlineData("tok_slow")]
    public async Task An_unreliable_bank_still_charges_once(string token)
    {
        var customer = await Shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(3))["id"]!;

        var order = await customer.OrderAsync(Customer.OrderOf(product, token: token));
        await Eventually.Equals(
            "Delivered",
            () => customer.StatusOfAsync(order),
            within: TimeSpan.FromSeconds(60),
            what: $"The order paid with {token}");

        Assert.Equal(1, (await Shop.ChargesAsync(order)).Count);
    }
}
