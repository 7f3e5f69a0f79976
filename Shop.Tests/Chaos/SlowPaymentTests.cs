using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>F31: issuers that do not answer keep places at the bank's line, but not all of them.</summary>
[Collection(nameof(ShopToBreak))]
[Trait("Category", "Chaos")]
public class SlowPaymentTests(BreakableShop shop, ITestOutputHelper output)
{
    [Fact]
    public async Task Slow_payments_do_not_delay_other_orders()
    {
        var customer = await shop.NewCustomerAsync();
        using var asOperator = await shop.OperatorAsync();
        var product = await asOperator.NewProductAsync(opening: 200);
        string[] tokens = ["tok_slow", "tok_down", "tok_timeout_after_charge"];
        await SlowestAsync(await OrderAsync(60, _ => "tok_visa"));
        var before = await SlowestAsync(await OrderAsync(15, _ => "tok_visa"));
        var slow = await OrderAsync(45, number => tokens[number % tokens.Length]);

        try
        {
            var meanwhile = await SlowestAsync(await OrderAsync(15, _ => "tok_visa"));
            output.WriteLine(
                $"The slowest was paid after {before:0.00} s before, and after {meanwhile:0.00} s meanwhile.");
            // Whoever waits for a slow card waits for its time-out: 3 s and more.
            Assert.InRange(meanwhile, 0, (2 * before) + 2);
        }
        finally
        {
            foreach (var order in slow)
                (await customer.CancelAsync(order)).Dispose();
        }

        Task<Guid[]> OrderAsync(int count, Func<int, string> token) =>
            Task.WhenAll(
                Enumerable.Range(0, count)
                    .Select(number => customer.OrderAsync(Customer.OrderOf(product, token: token(number)))));
    }

    /// <summary>Seconds from the order to its payment.</summary>
    private Task<double> SlowestAsync(Guid[] orders) => Eventually.Is(
        () => shop.ScalarAsync<double>(
            "ordersdb",
            """
            SELECT CASE WHEN count(*) = cardinality($1)
                THEN max(extract(epoch FROM (step->>'at')::timestamptz - placed_at))::float8 ELSE -1 END
            FROM orders.orders, jsonb_array_elements(history) step WHERE id = ANY ($1) AND step->>'status' = 'Paid'
            """,
            orders),
        slowest => slowest >= 0,
        what: "The payment of all");
}
