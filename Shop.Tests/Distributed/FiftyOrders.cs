namespace Shop.Tests.Distributed;

/// <summary>
/// Fifty orders are under way while something breaks. Afterwards nothing is lost and nothing is doubled.
/// </summary>
internal static class FiftyOrders
{
    private const int Orders = 50;

    public static async Task BreakAmidFiftyOrdersAsync(this RunningShop shop, Func<Task> fault)
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        var before = await shop.AvailableAsync(product);
        var placed = 0;

        var breaking = BreakAsync();
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
            () => shop.StatesOfAsync(customer),
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

        async Task BreakAsync()
        {
            await Eventually.Is(
                () => Task.FromResult(Volatile.Read(ref placed)),
                count => count >= Orders / 2,
                what: "Half of the orders");
            await fault();
        }
    }

    private static Task<string> StatesOfAsync(this RunningShop shop, Customer customer) => shop.ScalarAsync<string>(
        "ordersdb",
        """
        SELECT count(*) FILTER (WHERE status = 'Delivered') || ' delivered, '
            || count(*) FILTER (WHERE status = 'Cancelled') || ' cancelled, '
            || count(*) FILTER (WHERE status NOT IN ('Delivered', 'Cancelled')) || ' other'
        FROM orders.orders WHERE customer_id = $1
        """,
        customer.Id);
}
