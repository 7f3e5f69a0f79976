using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class CartTests(SharedShop shop)
{
    [Fact]
    public async Task A_guest_cart_is_merged_once_after_signing_in()
    {
        var seller = await shop.OperatorAsync();
        Guid[] products = [await seller.NewProductAsync(), await seller.NewProductAsync()];
        var customer = shop.NewBrowser();
        await customer.RegisterAsync();
        await customer.SignInAsync();
        await Put(customer, (products[0], 1));

        customer.Http.DefaultRequestHeaders.Authorization = null;
        Assert.Empty((await customer.GetAsync("/api/cart"))["lines"]!.AsArray());
        await Put(customer, (products[0], 2), (products[1], 5));
        await customer.SignInAsync();
        var carts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => customer.GetAsync("/api/cart")));

        Assert.All(carts, cart => Assert.Equal([(products[0], 3), (products[1], 5)], Lines(cart)));
        customer.Http.DefaultRequestHeaders.Authorization = null;
        Assert.Empty(Lines(await customer.GetAsync("/api/cart")));
    }

    [Fact]
    public async Task A_guest_cart_is_bound_to_an_http_only_cookie()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        var browser = shop.NewBrowser();

        var answer = await PutAsync(browser, (product, 2));

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Matches(
            "^shop-cart=[A-Za-z0-9_-]{43}; max-age=2592000; path=/api/cart; samesite=lax; httponly$", cookie);
        Assert.Equal([(product, 2)], Lines(await browser.GetAsync("/api/cart")));
        Assert.Empty(Lines(await shop.NewBrowser().GetAsync("/api/cart")));
    }

    [Fact]
    public async Task A_cart_shows_current_prices_and_unavailable_products()
    {
        var seller = await shop.OperatorAsync();
        Guid[] products = [await seller.NewProductAsync(price: 1000), await seller.NewProductAsync()];
        var browser = shop.NewBrowser();
        await Put(browser, (products[0], 3), (products[1], 1));

        var dearer = new
        {
            sku = Visitors.NewSku(),
            name = "Dearer Vase",
            description = "The same.",
            price = new { amount = 1500, currency = "EUR" },
        };
        await Customer.Read(
            await seller.SendAsync(HttpMethod.Put, $"/api/products/{products[0]}", dearer, "If-Match", "*"),
            HttpStatusCode.OK);
        await seller.SendAsync(HttpMethod.Delete, $"/api/products/{products[1]}", header: "If-Match", value: "*");
        var cart = await browser.GetAsync("/api/cart");

        Assert.Equal([(products[0], 3)], Lines(cart));
        Assert.Equal(4500, (int)cart["total"]!["amount"]!);
        Assert.Equal([products[1]], cart["gone"]!.AsArray().Select(id => (Guid)id!));
        Assert.False((bool)cart["unavailable"]!);
    }

    [Fact]
    public async Task Emptying_a_cart_is_idempotent()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        var browser = shop.NewBrowser();
        await Put(browser, (product, 2));

        foreach (var _ in new[] { 1, 2 })
            Assert.Equal(
                HttpStatusCode.NoContent, (await browser.Http.SendAsync(HttpMethod.Delete, "/api/cart")).StatusCode);

        Assert.Empty(Lines(await browser.GetAsync("/api/cart")));
    }

    [Fact]
    public async Task An_invalid_token_is_refused()
    {
        var browser = shop.NewBrowser();
        browser.Http.DefaultRequestHeaders.Authorization = new("Bearer", "not.a.token");

        await browser.GetAsync("/api/cart", HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("lines[0].quantity", 0, 1)]
    [InlineData("lines[0].quantity", 1001, 1)]
    [InlineData("lines[1].productId", 1, 2)]
    [InlineData("lines", 1, 51)]
    public async Task An_invalid_line_is_refused(string field, int quantity, int times)
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        var browser = shop.NewBrowser();

        var answer = await PutAsync(browser, [.. Enumerable.Repeat((product, quantity), times)]);
        var problem = await Customer.Read(answer, HttpStatusCode.BadRequest);

        Assert.Contains(field, problem["errors"]!.AsObject().Select(error => error.Key));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Only_existing_products_are_accepted()
    {
        var problem = await Customer.Read(
            await PutAsync(shop.NewBrowser(), (Guid.CreateVersion7(), 1)), HttpStatusCode.BadRequest);

        Assert.Equal(["lines[0].productId"], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    internal static async Task Put(Customer customer, params (Guid Product, int Quantity)[] lines) =>
        Assert.Equal(lines, Lines(await Customer.Read(await PutAsync(customer, lines), HttpStatusCode.OK)));

    internal static Task<HttpResponseMessage> PutAsync(
        Customer customer, params (Guid Product, int Quantity)[] lines) =>
        customer.Http.SendAsync(
            HttpMethod.Put,
            "/api/cart",
            new { lines = lines.Select(line => new { productId = line.Product, quantity = line.Quantity }) });

    private static (Guid, int)[] Lines(JsonNode cart) =>
        [.. cart["lines"]!.AsArray().Select(line => ((Guid)line!["productId"]!, (int)line["quantity"]!))];
}
