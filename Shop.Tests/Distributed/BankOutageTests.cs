namespace Shop.Tests.Distributed;

[Collection(nameof(ShopToRestart))]
public class BankOutageTests(BreakableShop shop)
{
    [Theory]
    [InlineData("Refuses")]
    [InlineData("Hangs")]
    [InlineData("TurnsAway")]
    [InlineData("LosesAnswers")]
    public async Task Orders_wait_and_are_charged_once_when_the_bank_is_back(string outage)
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        await shop.SetBankAsync($"\"Outage\":\"{outage}\"");
        var orders = new List<Guid>();

        // Until one of them has to wait: from then on the bank is as it should be, out of order.
        await Eventually.Is(
            async () =>
            {
                orders.Add(await customer.OrderAsync(Customer.OrderOf(product)));
                return await shop.ScalarAsync<long>(
                    "paymentsdb",
                    "SELECT count(*) FROM payments.payments WHERE unanswered > 0 OR (status = 'Requested' AND due_at > "
                        + "now() + interval '1 s')");
            },
            waiting => waiting > 0,
            what: "A payment that waits");
        await shop.SetBankAsync();

        foreach (var order in orders)
        {
            await Eventually.Equals(
                "Delivered",
                () => customer.StatusOfAsync(order),
                within: TimeSpan.FromSeconds(60),
                what: $"The order after the bank {outage}");
            Assert.Equal(1, (await shop.ChargesAsync(order)).Count);
        }
    }
}
