using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Storefront;

/// <summary>What operators do at their desk.</summary>
[Collection(nameof(SharedShop)), Trait("Category", "Browser")]
public sealed class DeskTests(SharedShop shop)
{
    private const string Operator = "operator@shop.example";

    [Fact]
    public async Task A_dead_letter_is_replayed()
    {
        var user = Guid.CreateVersion7();
        await shop.ExecuteAsync(
            "ordersdb",
            """
            INSERT INTO orders.dead_letters
                (id, message_id, stream, entry_id, type, subject, content, cause, attempts, at)
            VALUES ($1, $1, 'shop:users', '1-1', 'shop.users.user-deleted.v1', $1::text, $2, 'By a test', 1, now())
            """,
            user,
            $$"""
            {"specversion":"1.0","id":"{{user}}","source":"/shop/users","type":"shop.users.user-deleted.v1",
                "subject":"{{user}}","time":"2026-01-01T00:00:00Z",
                "data":{"userId":"{{user}}","deletedAt":"2026-01-01T00:00:00Z"} }
            """);
        await using var visit = await Visit.BeginAsync(shop);
        await visit.SignInAsync(Operator);
        await visit.GoAsync("/operator/letters");
        var letter = visit.Page.Locator(".letter").Filter(new() { HasText = $"{user}" });
        await Expect(letter).ToContainTextAsync("By a test");

        await letter.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();

        await Expect(letter).ToHaveCountAsync(0);
        Assert.Equal(
            1,
            await shop.ScalarAsync<long>(
                "ordersdb", "SELECT count(*) FROM orders.deleted_users WHERE user_id = $1", user));
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_change_that_somebody_else_made_meanwhile_is_shown_and_not_lost()
    {
        using var seller = await shop.OperatorAsync();
        var product = await seller.NewProductAsync();
        await using var visit = await Visit.BeginAsync(shop);
        await visit.SignInAsync(Operator);
        await visit.GoAsync($"/operator/products?id={product}");
        await visit.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Mine");
        var theirs = await seller.SendAsync(
            HttpMethod.Put,
            $"/api/products/{product}",
            new
            {
                sku = Visitors.NewSku(),
                name = "Theirs",
                description = "Changed meanwhile.",
                price = new { amount = 777, currency = "EUR" },
            },
            "If-Match",
            "*");
        Assert.True(theirs.IsSuccessStatusCode, $"{theirs.StatusCode}");

        await visit.PressAsync("Save");

        await visit.SeesAsync("Somebody changed it meanwhile: it is now “Theirs” for €7.77.");
        Assert.Equal(
            "Theirs",
            await shop.ScalarAsync<string>("ordersdb", "SELECT name FROM orders.products WHERE id = $1", product));
        visit.HasNothingToComplainOf("412");
    }

    [Fact]
    public async Task Customers_have_no_desk()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();

        await visit.GoAsync("/operator");

        await visit.SeesAsync("This desk is for operators");
        visit.HasNothingToComplainOf();
    }
}
