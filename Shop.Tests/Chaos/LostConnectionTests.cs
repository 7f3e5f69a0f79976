using System.Diagnostics;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>F23: connections to Redis that are lost without a word are given up soon, and new ones made.</summary>
[Collection(nameof(ShopToBreak))]
[Trait("Category", "Chaos")]
public class LostConnectionTests(BreakableShop shop)
{
    /// <summary>Ten seconds for the connections, ten for the order's way over four of them on a slow machine.</summary>
    private static readonly TimeSpan Reconnection = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(Wire.Silent)]
    [InlineData(Wire.LosesAnswers)]
    public async Task A_connection_to_redis_is_replaced_within_seconds(Wire wire)
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;

        // The old connections stay lost; only new ones work.
        shop.RedisWire.Cut(wire);
        shop.RedisWire.Mend();
        var watch = Stopwatch.StartNew();
        var order = await customer.OrderAsync(Customer.OrderOf(product));

        await Eventually.Is(
            () => customer.StatusOfAsync(order), status => status is not ("Placed" or "Paid"), what: "The order");
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Reconnection);
    }
}
