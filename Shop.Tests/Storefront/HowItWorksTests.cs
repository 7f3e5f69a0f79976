using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shop.Tests.Chaos;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Storefront;

/// <summary>The page on which an operator watches an order travel, breaks the shop, and sees it heal.</summary>
[Collection(nameof(ShopToRestart)), Trait("Category", "Browser")]
public sealed partial class HowItWorksTests(BreakableShop shop)
{
    private const float LongestWait = 120_000;

    /// <summary>Every event of an order that goes well, and whose inbox it ends in.</summary>
    private static readonly (string Event, string? Consumer)[] Hops =
    [
        ("order-placed", null), ("payment-requested", "Payments"), ("payment-captured", "Orders"),
        ("shipment-requested", "Shipping"), ("shipment-created", "Orders"), ("shipment-dispatched", "Orders"),
        ("shipment-delivered", "Orders"),
    ];

    [Fact]
    public async Task An_operator_buys_and_sees_every_hop_with_its_time()
    {
        await using var visit = await BeginAsync();

        await visit.PressAsync("Buy with a good card");

        foreach (var (type, consumer) in Hops)
            await ArrivesAsync(visit, type, consumer);

        await Expect(visit.Page.Locator(".state")).ToHaveTextAsync("Delivered");
        await Expect(visit.Page.Locator(".flow .waits")).ToHaveCountAsync(0);
        // The same when one comes later and nothing moves any more.
        await visit.Page.ReloadAsync();
        foreach (var (type, consumer) in Hops)
            await ArrivesAsync(visit, type, consumer);

        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_declined_card_ends_the_order_and_charges_nothing()
    {
        await using var visit = await BeginAsync();

        await visit.PressAsync("Buy with a card that is declined");

        await ArrivesAsync(visit, "payment-declined", "Orders");
        await Expect(visit.Page.Locator(".state")).ToHaveTextAsync("Cancelled", new() { Timeout = LongestWait });
        Assert.Equal((0, 0), await shop.ChargesAsync(await OrderAsync(visit)));
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task What_is_stopped_lost_or_doubled_costs_time_and_nothing_else()
    {
        await using var visit = await BeginAsync();
        await visit.PressAsync("Stop Payments");
        await visit.SeesAsync("Payments has stopped.");

        await visit.PressAsync("Buy with a good card");
        await Expect(Legs(visit, "payment-requested").Nth(2))
            .ToContainTextAsync("waits for Payments", new() { Timeout = LongestWait });
        await Expect(visit.Page.Locator(".lane.away")).ToHaveCountAsync(1);
        await visit.PressAsync("Lose the messages");
        await visit.SeesAsync("messages are lost");
        await visit.PressAsync("Start Payments");
        await visit.SeesAsync("Payments has started.");

        foreach (var (type, consumer) in Hops)
            await ArrivesAsync(visit, type, consumer);

        await Expect(Legs(visit, "payment-requested").Nth(1)).ToContainTextAsync("sent again");
        await Expect(visit.Page.Locator(".state")).ToHaveTextAsync("Delivered");
        var order = await OrderAsync(visit);
        var (count, charged) = await shop.ChargesAsync(order);
        Assert.Equal(1, count);

        await visit.PressAsync("Deliver the last messages twice");
        await visit.SeesAsync("were sent a second time.");
        await using var redis = await Streams.ConnectAsync(shop);
        await Eventually.Equals(
            0L, () => Streams.UnfinishedAsync(redis.GetDatabase()), what: "Messages that somebody has yet to handle");
        Assert.Equal((1, charged), await shop.ChargesAsync(order));
        Assert.Equal(
            1L,
            await shop.ScalarAsync<long>(
                "paymentsdb",
                "SELECT count(*) FROM payments.ledger_transactions t JOIN payments.payments p ON p.id = t.payment_id"
                    + " WHERE p.order_id = $1",
                order));
        // While Payments is away, the page asks it in vain.
        visit.HasNothingToComplainOf("50");
    }

    [Fact]
    public async Task An_operator_buys_though_the_app_host_does_not_answer()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.SignInAsync("operator@shop.example");
        var gaveUp = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/api/development/commands", async route =>
        {
            await gaveUp.Task;
            await route.FulfillAsync(new()
            {
                Status = 503,
                ContentType = "application/problem+json",
                Body = """{ "status": 503, "detail": "The AppHost does not answer." }""",
            });
        });

        await visit.GoAsync("/how-it-works");
        await visit.SeesAsync("Every event, from outbox to inbox");
        await visit.SeesAsync("Press something.");
        gaveUp.SetResult();
        await visit.SeesAsync("The AppHost does not answer.");
        await visit.PressAsync("Buy with a good card");

        await visit.SeesAsync("Watch it travel. The AppHost does not answer.");
        await ArrivesAsync(visit, "payment-captured", "Orders");
        await Expect(visit.Page.Locator(".state")).ToHaveTextAsync("Delivered", new() { Timeout = LongestWait });
        visit.HasNothingToComplainOf("503");
    }

    [Fact]
    public async Task Customers_see_their_own_order_and_no_button()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();

        await visit.GoAsync("/how-it-works");

        await visit.SeesAsync("Sign in with the operator's account to see every hop of an order here");
        await Expect(visit.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        visit.HasNothingToComplainOf();
    }

    private async Task<Visit> BeginAsync()
    {
        var visit = await Visit.BeginAsync(shop);
        await visit.SignInAsync("operator@shop.example");
        await visit.GoAsync("/how-it-works");
        return visit;
    }

    private static ILocator Legs(Visit visit, string type) => visit.Page.Locator(".hop")
        .Filter(new() { Has = visit.Page.Locator($"p > b:text-is('{type}')") })
        .First.Locator(".legs li");

    /// <summary>It was published, sent and handled, and the page says when.</summary>
    private static async Task ArrivesAsync(Visit visit, string type, string? consumer)
    {
        var legs = Legs(visit, type);
        if (consumer is null)
            await Expect(legs.Nth(2)).ToContainTextAsync("not needed", new() { Timeout = LongestWait });
        else
            await Expect(legs.Nth(2)).ToHaveTextAsync(new Regex($"^{consumer}, inbox{Time()}"), Wait);

        await Expect(legs.Nth(0)).ToHaveTextAsync(new Regex($"^[A-Z][a-z]+, outbox{Time()}"), Wait);
        await Expect(legs.Nth(1)).ToHaveTextAsync(new Regex($"^Stream of [A-Z][a-z]+(, sent again)?{Time()}"), Wait);
    }

    private static LocatorAssertionsToHaveTextOptions Wait => new() { Timeout = LongestWait };

    private static async Task<Guid> OrderAsync(Visit visit)
    {
        var link = visit.Page.GetByRole(AriaRole.Link, new() { NameRegex = OrderLink() });
        return Guid.Parse((await link.GetAttributeAsync("href"))!.Split('/')[^1]);
    }

    [GeneratedRegex("^Order [0-9a-f]{12}$")]
    private static partial Regex OrderLink();

    /// <summary>After the order was placed.</summary>
    [GeneratedRegex(@"\d+(\.\d\d s| ms)$")]
    private static partial Regex Time();
}
