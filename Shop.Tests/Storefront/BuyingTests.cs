using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Storefront;

/// <summary>What customers do, in a real browser.</summary>
[Collection(nameof(SharedShop)), Trait("Category", "Browser")]
public sealed class BuyingTests(SharedShop shop)
{
    [Fact]
    public async Task A_new_customer_buys_and_watches_the_order_arrive()
    {
        await using var visit = await Visit.BeginAsync(shop);
        var product = await NewProductAsync();
        await visit.PutIntoCartAsync(product);
        await visit.RegisterAsync();

        // The cart of before is still there.
        var order = await visit.OrderAsync();
        await visit.SeesAsync("Your parcel was delivered.");

        await Expect(visit.Page.Locator(".steps .past")).ToHaveCountAsync(5);
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }))
            .ToHaveTextAsync("Your parcel has arrived");
        Assert.Equal(
            "Delivered",
            await shop.ScalarAsync<string>("ordersdb", "SELECT status FROM orders.orders WHERE id = $1", order));
        await visit.GoAsync("/cart");
        await visit.SeesAsync("Your cart is empty");
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_declined_card_is_told_in_words()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();
        await visit.PutIntoCartAsync(await NewProductAsync());

        await visit.OrderAsync("A card that is declined");

        await visit.SeesAsync("This order is cancelled");
        await visit.SeesAsync("Nothing was charged.");
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task What_is_sold_out_says_so()
    {
        await using var visit = await Visit.BeginAsync(shop);
        var product = await NewProductAsync(opening: 0);

        await visit.GoAsync($"/products/{product}");

        await visit.SeesAsync("We have none left right now.");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sold out" })).ToBeDisabledAsync();
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task What_sells_out_meanwhile_is_told_at_checkout()
    {
        await using var visit = await Visit.BeginAsync(shop);
        var product = await NewProductAsync(opening: 1);
        await visit.RegisterAsync();
        await visit.PutIntoCartAsync(product);
        var other = await shop.NewCustomerAsync();
        await other.OrderAsync(Customer.OrderOf(product));

        await visit.GoAsync("/checkout");
        await visit.SeesAsync("How do you pay?");
        await visit.Page.GetByLabel("Street and number").FillAsync("Lindenstr. 7");
        await visit.Page.GetByLabel("Postal code").FillAsync("10969");
        await visit.Page.GetByLabel("City").FillAsync("Berlin");
        await visit.PressAsync("Place the order");

        await Expect(visit.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "." }).First).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Place the order" })).ToBeEnabledAsync();
        visit.HasNothingToComplainOf("409");
    }

    [Fact]
    public async Task An_order_can_be_cancelled_while_the_bank_thinks()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();
        var product = await NewProductAsync();
        await visit.PutIntoCartAsync(product);
        var order = await visit.OrderAsync("A slow bank");

        await visit.PressAsync("Cancel this order");

        await visit.SeesAsync("This order is cancelled");
        Assert.Equal(10, await shop.AvailableAsync(product));
        Assert.Equal(0, (await shop.ChargesAsync(order)).Net);
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task The_search_finds_while_one_types()
    {
        await using var visit = await Visit.BeginAsync(shop);
        var word = $"Zebra{Guid.CreateVersion7():N}"[..16];
        using var seller = await shop.OperatorAsync();
        await Customer.Read(
            await seller.SendAsync(HttpMethod.Post, "/api/products", Visitors.Product(name: $"{word} Lamp")),
            System.Net.HttpStatusCode.Created);
        await visit.GoAsync("/");

        await visit.Page.GetByLabel("Search products").PressSequentiallyAsync(word[..12]);

        await Expect(visit.Page.Locator(".card")).ToHaveCountAsync(1);
        await visit.SeesAsync($"{word} Lamp");
        await Expect(visit.Page.GetByLabel("Search products")).ToBeFocusedAsync();
        await visit.Page.GetByLabel("Search products").FillAsync("nothing of this name");
        await visit.SeesAsync("Nothing found");
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task The_search_is_heard_before_the_first_products_have_come()
    {
        await using var visit = await Visit.BeginAsync(shop);
        var typed = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/api/products?limit=24", async route =>
        {
            await typed.Task;
            await route.ContinueAsync();
        });
        await visit.GoAsync("/");
        await Expect(visit.Page.Locator(".bone").First).ToBeVisibleAsync();

        await visit.Page.GetByLabel("Search products").PressSequentiallyAsync("nothing of this name");
        await visit.SeesAsync("Nothing found");
        typed.SetResult();
        await visit.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        await visit.SeesAsync("Nothing found");
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_search_that_fails_says_so_and_can_be_tried_again()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.GoAsync("/");
        await Expect(visit.Page.Locator(".card").First).ToBeVisibleAsync();
        await visit.Page.RouteAsync("**/api/products?*search=*", route => route.FulfillAsync(new()
        {
            Status = 503, ContentType = "application/problem+json", Body = """{"detail":"Orders is away."}""",
        }));

        await visit.Page.GetByLabel("Search products").FillAsync("nothing of this name");
        await visit.SeesAsync("Orders is away.");
        await Expect(visit.Page.Locator(".card")).ToHaveCountAsync(0);
        await visit.Page.UnrouteAllAsync();
        await visit.PressAsync("Try again");

        await visit.SeesAsync("Nothing found");
        visit.HasNothingToComplainOf("503");
    }

    [Fact]
    public async Task Somebody_with_only_a_keyboard_can_buy()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();
        var product = await NewProductAsync();
        await visit.GoAsync($"/products/{product}");
        await visit.SeesAsync("Add to cart");
        var keys = visit.Page.Keyboard;

        await keys.PressAsync("Tab");
        await Expect(visit.Page.GetByText("Skip to content")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await TabToAsync("Add to cart");
        await keys.PressAsync("Enter");
        await visit.SeesAsync("It is in your cart");
        await TabToAsync("Go to the cart");
        await keys.PressAsync("Enter");
        // The page is another one: the focus is where it begins, and the reader is told.
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator("#said")).ToContainTextAsync("Cart");
        await TabToAsync("Go to checkout");
        await keys.PressAsync("Enter");
        await visit.SeesAsync("Where shall it go?");
        foreach (var (label, text) in new[]
        {
            ("Street and number", "Lindenstr. 7"), ("Postal code", "10969"), ("City", "Berlin"),
        })
        {
            await TabToAsync(label);
            await keys.TypeAsync(text);
        }

        await TabToAsync("Place the order");
        await keys.PressAsync("Enter");
        await visit.SeesAsync("Your parcel was delivered.");
        visit.HasNothingToComplainOf();

        async Task TabToAsync(string name)
        {
            for (var presses = 0; presses < 60; presses++)
            {
                await keys.PressAsync("Tab");
                var focused = await visit.Page.EvaluateAsync<string>(
                    "() => { const e = document.activeElement;"
                        + " return e.labels?.[0]?.textContent || e.getAttribute('aria-label') || e.textContent; }");
                if (focused.Trim() == name)
                    return;
            }

            Assert.Fail($"The Tab key does not reach \"{name}\".");
        }
    }

    private async Task<Guid> NewProductAsync(int opening = 10)
    {
        using var seller = await shop.OperatorAsync();
        return await seller.NewProductAsync(opening: opening);
    }
}
