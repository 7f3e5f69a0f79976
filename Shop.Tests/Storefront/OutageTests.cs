using Aspire.Hosting.ApplicationModel;
using Shop.Tests.Distributed;

namespace Shop.Tests.Storefront;

/// <summary>What customers and operators see while a part of the shop is away.</summary>
[Collection(nameof(ShopToRestart)), Trait("Category", "Browser")]
public sealed class OutageTests(BreakableShop shop)
{
    [Fact]
    public async Task An_order_waits_while_payments_is_away_and_goes_on_before_the_customers_eyes()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();
        var customer = await shop.NewCustomerAsync();
        await visit.PutIntoCartAsync((Guid)(await customer.PlentifulProductAsync())["id"]!);
        await StopAsync("payments");

        await visit.OrderAsync();
        await visit.SeesAsync("Payments is away right now. We keep your order and tell you here when it is back.");
        await shop.CommandAsync("payments", KnownResourceCommands.StartCommand);

        await visit.SeesAsync("Your parcel was delivered.");
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task An_order_is_followed_on_when_its_service_was_restarted()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();
        var customer = await shop.NewCustomerAsync();
        await visit.PutIntoCartAsync((Guid)(await customer.PlentifulProductAsync())["id"]!);
        await visit.OrderAsync("A slow bank");

        await shop.RestartAsync("orders");

        await visit.SeesAsync("Your parcel was delivered.");
        // It asked in vain while nobody was there.
        visit.HasNothingToComplainOf("50");
    }

    [Fact]
    public async Task An_order_tells_operators_what_it_waits_for_and_its_whole_story_though_a_service_hangs()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        await using var visit = await Visit.BeginAsync(shop);
        await visit.SignInAsync("operator@shop.example");
        // A slow bank would have answered before a busy machine shows the page.
        await StopAsync("payments");
        var order = await customer.OrderAsync(Customer.OrderOf(product));

        await visit.GoAsync("/operator");
        await visit.SeesAsync($"{order}"[^12..]);
        await visit.SeesAsync("the bank, through Payments");
        await shop.CommandAsync("payments", KnownResourceCommands.StartCommand);
        await Eventually.Equals(
            "Delivered", () => customer.StatusOfAsync(order), TimeSpan.FromSeconds(60), "The order that waited");
        await visit.GoAsync($"/operator/orders/{order}");

        await visit.SeesAsync("Calls to the bank");
        await visit.SeesAsync("In this state since");
        await visit.SeesAsync("Capture");
        await visit.SeesAsync("shipment-delivered");

        await shop.StallAsync("payments", async () =>
        {
            await visit.GoAsync($"/operator/orders/{order}");
            await visit.SeesAsync("Can't be read right now: payment");
            await visit.SeesAsync("shipment-delivered");
        });
        // Nor of a gateway that gave up: the page had done without it long before.
        visit.HasNothingToComplainOf();
    }

    private async Task StopAsync(string service)
    {
        await shop.CommandAsync(service, KnownResourceCommands.StopCommand);
        await shop.SeenAsync(
            service, seen => KnownResourceStates.TerminalStates.Contains(seen.Snapshot.State?.Text));
    }
}
