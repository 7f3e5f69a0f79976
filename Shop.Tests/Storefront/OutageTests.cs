using Aspire.Hosting.ApplicationModel;
using Shop.Tests.Distributed;

namespace Shop.Tests.Storefront;

/// <summary>What a customer sees while a part of the shop is away.</summary>
[Collection(nameof(ShopToRestart)), Trait("Category", "Browser")]
public sealed class OutageTests(ShopToRestart shop)
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

    private async Task StopAsync(string service)
    {
        await shop.CommandAsync(service, KnownResourceCommands.StopCommand);
        await shop.SeenAsync(
            service, seen => KnownResourceStates.TerminalStates.Contains(seen.Snapshot.State?.Text));
    }
}
