using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

[Collection(nameof(ShopToRestart))]
public class ServiceRestartTests(BreakableShop shop)
{
    [Fact]
    public Task Redis_may_be_restarted() => shop.BreakAmidFiftyOrdersAsync(() => shop.RestartAsync("redis"));

    [Fact]
    public Task Postgres_may_be_restarted() => shop.BreakAmidFiftyOrdersAsync(() => shop.RestartAsync("postgres"));

    [Fact]
    public async Task A_service_that_was_stopped_is_seen_and_missed_until_it_is_started_again()
    {
        var customer = await shop.NewCustomerAsync();
        var lines = Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!);
        var before = await customer.OrderAsync(lines);
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(before));
        // Services that were just restarted may need longer for their first answer than an overview waits.
        var whole = await Eventually.Is(
            () => customer.GetAsync($"/api/orders/{before}/overview"),
            seen => seen["unavailable"]!.AsArray() is [],
            what: "An overview of all parts");
        Assert.Empty(whole["ageInSeconds"]!.AsObject());

        await shop.CommandAsync("shipping", KnownResourceCommands.StopCommand);
        await shop.SeenAsync(
            "shipping", seen => KnownResourceStates.TerminalStates.Contains(seen.Snapshot.State?.Text));

        var known = await customer.GetAsync($"/api/orders/{before}/overview");
        Assert.Equal(["shipment"], known["unavailable"]!.AsArray().Select(part => (string)part!));
        Assert.Equal("Delivered", (string)known["shipment"]!["status"]!);
        Assert.Equal(["shipment"], known["ageInSeconds"]!.AsObject().Select(age => age.Key));
        Assert.NotNull(known["payment"]);

        var order = await customer.OrderAsync(lines);
        await Eventually.Equals("Paid", () => customer.StatusOfAsync(order), what: "The order without Shipping");
        var overview = await customer.GetAsync($"/api/orders/{order}/overview");
        Assert.Equal(["shipment"], overview["unavailable"]!.AsArray().Select(part => (string)part!));
        Assert.Null(overview["shipment"]);

        await shop.CommandAsync("shipping", KnownResourceCommands.StartCommand);
        await shop.HealthyAsync(TestContext.Current.CancellationToken);
        await Eventually.Equals(
            "Delivered", () => customer.StatusOfAsync(order), what: "The order after Shipping came back");
    }
}
