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

    [Fact]
    public async Task Orders_paid_at_the_same_time_keep_traces_of_their_own()
    {
        const long Orders = 20;
        var customer = await Shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;

        var orders = await Task.WhenAll(
            Enumerable.Range(0, (int)Orders).Select(_ => customer.OrderAsync(Customer.OrderOf(product))));

        const string OwnTrace =
            """
            SELECT count(DISTINCT substr(event.trace_parent, 4, 32))
            FROM payments.outbox_sent AS event JOIN payments.payments AS payment ON payment.order_id = event.subject
            WHERE event.type = 'shop.payments.payment-captured.v1' AND event.subject = ANY ($1)
                AND substr(event.trace_parent, 4, 32) = substr(payment.trace_parent, 4, 32)
            """;
        await Eventually.Equals(
            Orders,
            () => Shop.ScalarAsync<long>("paymentsdb", OwnTrace, orders),
            what: "Payments in the traces of their orders");
    }
}
