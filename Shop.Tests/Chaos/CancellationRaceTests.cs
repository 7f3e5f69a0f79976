using System.Net;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// F34: the customer, the deadline and the bank decide about one order at the same moment, hundreds of times.
/// </summary>
[Collection(nameof(ShopToRestart))]
[Trait("Category", "Chaos")]
public class CancellationRaceTests(BreakableShop shop, ITestOutputHelper output)
{
    private const int Orders = 240;
    private const int Seed = 34;
    private static readonly string[] Tokens =
    [
        "tok_visa", "tok_visa", "tok_visa", "tok_declined", "tok_flaky", "tok_timeout_after_charge",
    ];

    private enum End
    {
        Undisturbed,
        ByDeadline,
        ByCustomer,
        LateByCustomer,
    }

    [Fact]
    public async Task A_cancelled_order_has_one_parcel_and_one_charge_or_neither()
    {
        var customer = await shop.NewCustomerAsync();
        using var asOperator = await shop.OperatorAsync();
        var product = await asOperator.NewProductAsync(opening: Orders);
        var history = new ClientHistory();
        var random = new Random(Seed);
        var plans = Enumerable.Range(0, Orders)
            .Select(
                number =>
                    (
                        Token: Tokens[random.Next(Tokens.Length)], Wait: TimeSpan.FromMilliseconds(random.Next(900)),
                        How: (End)(number % 4)))
            .ToArray();

        await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (plan, cancel) =>
        {
            var intention = history.Begin(Customer.NewKey(), customer.Id);
            var order = await customer.OrderAsync(Customer.OrderOf(product, token: plan.Token));
            intention.Confirmed(order, "");
            if (plan.How == End.LateByCustomer)
                await Eventually.Is(
                    () => customer.StatusOfAsync(order),
                    status => status is not ("Placed" or "Paid"),
                    what: "The order's parcel");

            await Task.Delay(plan.Wait, cancel);
            if (plan.How == End.ByDeadline)
                await ExpireAsync(order);
            else if (plan.How != End.Undisturbed)
                await Task.WhenAll(CancelAsync(order), CancelAsync(order), CancelAsync(order));
        });
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(90));

        var ends = await shop.RowsAsync(
            "ordersdb",
            "SELECT status, count(*) FROM orders.orders WHERE customer_id = $1 GROUP BY status ORDER BY 1",
            row => (Status: row.GetString(0), Count: row.GetInt64(1)),
            customer.Id);
        output.WriteLine(string.Join(", ", ends));
        var verdict = await Oracle.JudgeAsync(shop, history, shop.Poison(new Dictionary<string, long>()));
        Assert.True(verdict.Violations.Count == 0, $"Seed {Seed}:\n{string.Join('\n', verdict.Violations.Take(20))}");
        Assert.Equal(["Cancelled", "Delivered"], ends.Select(end => end.Status));
        Assert.Equal(Orders - ends.Single(end => end.Status == "Delivered").Count, await shop.AvailableAsync(product));

        async Task CancelAsync(Guid order)
        {
            using var answer = await customer.CancelAsync(order);
            history.Answered((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType);
            Assert.True(
                answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{answer.StatusCode}");
        }
    }

    /// <summary>As if the order had waited for days: its deadline fires with the sweeper's next round.</summary>
    private Task ExpireAsync(Guid order) => shop.ExecuteAsync(
        "ordersdb",
        "UPDATE orders.orders SET since = now() - interval '8 days', deadline_at = now() WHERE id = $1 AND deadline_at "
            + "IS NOT NULL",
        order);
}
