using System.Diagnostics;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// F07: how much a shop of one and a shop of two replicas of everything get done, and that two do nothing twice.
/// </summary>
[Trait("Category", "Soak")]
public class ReplicasTests(ITestOutputHelper output)
{
    private const int Orders = 600;
    private const int Customers = 16;

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Several_replicas_lose_and_double_nothing(int replicas)
    {
        await using var shop = new ScaledShop(replicas);
        await shop.InitializeAsync();
        await RushAsync(shop, Orders / 4);

        var (history, placed, settled) = await RushAsync(shop, Orders);

        var verdict = await Oracle.JudgeAsync(shop, history, new Dictionary<string, long>());
        output.WriteLine(
            $"F07 with {replicas}: {Orders / placed.TotalSeconds:0} orders/s "
                + $"placed, {Orders / settled.TotalSeconds:0} orders/s settled; {verdict.Lost} "
                + $"lost, {verdict.DoubledEffects} doubled");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
    }

    /// <summary>
    /// So many orders as fast as the customers can; how long until all are placed, and until all have ended.
    /// </summary>
    private static async Task<(ClientHistory History, TimeSpan Placed, TimeSpan Settled)> RushAsync(
        RunningShop shop, int orders)
    {
        var history = new ClientHistory();
        // One after the other: so many at once are told to come later.
        var customers = new List<Customer>();
        while (customers.Count < Customers)
            customers.Add(await shop.NewCustomerAsync());

        var products = await shop.RowsAsync(
            "ordersdb",
            "SELECT product_id FROM orders.stock_levels ORDER BY available DESC LIMIT 12",
            row => row.GetGuid(0));
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(customers.Select(async (customer, number) =>
        {
            for (var i = number; i < orders; i += Customers)
            {
                var intention = history.Begin(Customer.NewKey(), customer.Id);
                var order = await customer.OrderAsync(Customer.OrderOf(products[i % products.Count]));
                intention.Confirmed(order, $"{order}");
            }
        }));
        var placed = watch.Elapsed;
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(120));
        return (history, placed, watch.Elapsed);
    }

    private sealed class ScaledShop(int replicas) : RunningShop
    {
        protected override string[] Settings =>
        [
            "--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:00.010",
            .. ReplicatedShop.Services.Select(service => $"--Services:{service}:Replicas={replicas}"),
        ];
    }
}
