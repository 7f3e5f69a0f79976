using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

/// <summary>
/// Fifty orders are under way while something breaks. Afterwards nothing is lost and nothing is doubled.
/// </summary>
[Collection(nameof(ShopToBreak))]
public class ServiceRestartTests(ShopToBreak shop)
{
    private const int Orders = 50;

    [Fact]
    public Task Payments_may_be_killed() => AfterFiftyOrders(async placed =>
    {
        await Eventually.Is(() => Task.FromResult(placed()), count => count >= Orders / 2, what: "Half of the orders");
        await shop.KillAsync("payments");
    });

    [Fact]
    public Task Orders_may_be_killed() => AfterFiftyOrders(async placed =>
    {
        await Eventually.Is(() => Task.FromResult(placed()), count => count >= Orders / 2, what: "Half of the orders");
        await shop.KillAsync("orders");
    });

    [Fact]
    public Task Redis_may_be_restarted() => AfterFiftyOrders(async placed =>
    {
        await Eventually.Is(() => Task.FromResult(placed()), count => count >= Orders / 2, what: "Half of the orders");
        await shop.RestartAsync("redis");
    });

    [Fact]
    public Task Postgres_may_be_restarted() => AfterFiftyOrders(async placed =>
    {
        await Eventually.Is(() => Task.FromResult(placed()), count => count >= Orders / 2, what: "Half of the orders");
        await shop.RestartAsync("postgres");
    });

    [Fact]
    public async Task A_service_that_was_stopped_is_seen_and_can_be_started_again()
    {
        var cancel = TestContext.Current.CancellationToken;
        var customer = await shop.NewCustomerAsync();
        var instance =
            (await shop.App.ResourceNotifications.WaitForResourceAsync("shipping", _ => true, cancel)).ResourceId;

        Assert.True(
            (await shop.App.ResourceCommands.ExecuteCommandAsync(
                instance, KnownResourceCommands.StopCommand, cancel)).Success);
        await shop.App.ResourceNotifications.WaitForResourceAsync(
            "shipping", KnownResourceStates.TerminalStates, cancel);

        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.ProductAsync())["id"]!));
        await Eventually.Equals("Paid", () => customer.StatusOfAsync(order), what: "The order without Shipping");
        var overview = await customer.GetAsync($"/api/orders/{order}/overview");
        Assert.Equal(["shipment"], overview["unavailable"]!.AsArray().Select(part => (string)part!));
        Assert.Null(overview["shipment"]);

        Assert.True(
            (await shop.App.ResourceCommands.ExecuteCommandAsync(
                instance, KnownResourceCommands.StartCommand, cancel)).Success);
        await shop.App.ResourceNotifications.WaitForResourceHealthyAsync("shipping", cancel);
        await Eventually.Equals(
            "Delivered", () => customer.StatusOfAsync(order), what: "The order after Shipping came back");
    }

    private async Task AfterFiftyOrders(Func<Func<int>, Task> fault)
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        var before = await shop.AvailableAsync(product);
        var placed = 0;

        var breaking = fault(() => Volatile.Read(ref placed));
        var orders = new List<Guid>();
        await Parallel.ForAsync(0, Orders, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) =>
        {
            // Every fifth is declined, so that the way back is broken into as well.
            var order = await customer.OrderAsync(
                Customer.OrderOf(product, token: number % 5 == 0 ? "tok_declined" : "tok_visa"));
            lock (orders)
                orders.Add(order);

            Interlocked.Increment(ref placed);
        });
        await breaking;

        await Eventually.Equals(
            $"{Orders * 4 / 5} delivered, {Orders / 5} cancelled, 0 other",
            () => StatesOf(customer),
            within: TimeSpan.FromSeconds(90),
            what: "All orders' end");
        Assert.Equal(Orders, orders.Distinct().Count());
        foreach (var order in orders)
        {
            var delivered = await customer.StatusOfAsync(order) == "Delivered";
            Assert.Equal(delivered ? 1 : 0, (await shop.ChargesAsync(order)).Count);
            Assert.Equal(
                delivered ? 1 : 0,
                await shop.ScalarAsync<long>(
                    "shippingdb", "SELECT count(*) FROM shipping.shipments WHERE order_id = $1", order));
        }

        Assert.Equal(before - (Orders * 4 / 5), await shop.AvailableAsync(product));
        await Eventually.Equals(
            0L, () => shop.ScalarAsync<long>("ordersdb", "SELECT count(*) FROM orders.outbox"), what: "Unsent events");
        Assert.Equal(0, await shop.ScalarAsync<long>("ordersdb", "SELECT count(*) FROM orders.dead_letters"));
    }

    private Task<string> StatesOf(Customer customer) => shop.ScalarAsync<string>("ordersdb", """
        SELECT count(*) FILTER (WHERE status = 'Delivered') || ' delivered, '
            || count(*) FILTER (WHERE status = 'Cancelled') || ' cancelled, '
            || count(*) FILTER (WHERE status NOT IN ('Delivered', 'Cancelled')) || ' other'
        FROM orders.orders WHERE customer_id = $1
        """, customer.Id);
}
