using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>F12: one database refuses everybody, the rest of the server works.</summary>
[Collection(nameof(ShopToRestart))]
[Trait("Category", "Chaos")]
public class DatabaseOutageTests(BreakableShop shop)
{
    [Fact]
    public async Task Other_services_go_on_and_messages_wait()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        await using var redis = await Streams.ConnectAsync(shop);
        var faults = new Faults(shop, new Load(shop, 1, 1), new Random(1), TestContext.Current.CancellationToken);
        var dead = await DeadAsync();

        var away = faults.WithoutDatabaseAsync("payments", 4);
        var orders = new List<Guid>();
        var waiting = 0L;
        while (!away.IsCompleted)
        {
            orders.Add(await customer.OrderAsync(Customer.OrderOf(product)));
            Assert.NotEmpty((await customer.GetAsync("/api/products"))["items"]!.AsArray());
            await customer.GetAsync("/api/shipping/rates");
            await Task.WhenAny(away, Task.Delay(200, TestContext.Current.CancellationToken));
            if (!away.IsCompleted)
                waiting = Math.Max(waiting, await Streams.UnfinishedAsync(redis.GetDatabase()));
        }

        await away;
        Assert.NotEqual(0, waiting);
        foreach (var order in orders)
            await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "An order of that time");

        Assert.True(orders.Count > 5);
        Assert.Equal(dead, await DeadAsync());
    }

    private Task<long> DeadAsync() =>
        shop.ScalarAsync<long>("paymentsdb", "SELECT count(*) FROM payments.dead_letters");
}
