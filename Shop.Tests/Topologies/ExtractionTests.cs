using System.Net;
using Shop.Tests.Distributed;

namespace Shop.Tests.Topologies;

[Collection(nameof(ShopWithExtractedPayments))]
public class ExtractedPurchaseTests(ShopWithExtractedPayments shop) : PurchaseScenarios(shop)
{
    [Fact]
    public Task The_extracted_service_may_be_killed() =>
        Shop.BreakAmidFiftyOrdersAsync(() => Shop.KillAsync("payments"));

    [Fact]
    public Task Replays_dead_letters() => Shop.ReplayDeadLetterOfOrdersAsync("shop", "replay-dead-letters-orders");

    [Fact]
    public async Task Only_the_groups_of_the_extracted_service_and_for_it_are_in_Redis()
    {
        var customer = await Shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.ProductAsync(9))["id"]!));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order));
        await using var redis = await Chaos.Streams.ConnectAsync(Shop);

        Assert.Equal(["payments"], await GroupsAsync("shop:orders"));
        Assert.Equal(["payments"], await GroupsAsync("shop:users"));
        Assert.Equal(["orders"], await GroupsAsync("shop:payments"));
        Assert.Empty(await GroupsAsync("shop:shipping"));

        async Task<IEnumerable<string>> GroupsAsync(string stream) =>
            await redis.GetDatabase().KeyExistsAsync(stream)
                ? (await redis.GetDatabase().StreamGroupInfoAsync(stream)).Select(group => group.Name)
                : [];
    }
}

/// <summary>Each module in turn; on demand, since each has a shop of its own.</summary>
public class ExtractionTests
{
    [Theory(Explicit = true)]
    [InlineData("users")]
    [InlineData("orders")]
    [InlineData("payments")]
    [InlineData("shipping")]
    [Trait("Category", "Soak")]
    public async Task Leaves_a_shop_that_sells_and_takes_back(string module)
    {
        await using var shop = new ShopWithExtraction(module);
        await shop.InitializeAsync();
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync())["id"]!;

        var kept = await customer.OrderAsync(Customer.OrderOf(product));
        var refused = await customer.OrderAsync(Customer.OrderOf(product, postalCode: "00000"));
        var cancelled = await customer.OrderAsync(Customer.OrderOf(product, token: "tok_slow"));
        await Customer.Read(await customer.CancelAsync(cancelled), HttpStatusCode.Accepted);

        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(kept), what: "The order");
        foreach (var order in (Guid[])[refused, cancelled])
        {
            await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(order), what: "An order taken back");
            await Eventually.Equals(0, async () => (await shop.ChargesAsync(order)).Net, what: "Its net charge");
        }
    }
}
