using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class PlaceOrderTests(SharedShop shop)
{
    [Fact]
    public async Task Same_key_twice_creates_one_order()
    {
        var customer = await shop.NewCustomerAsync();
        // A name with an apostrophe, which two JSON writers may well escape differently.
        var knife = (await customer.GetAsync("/api/products?search=chef"))["items"]![0]!;
        var order = Customer.OrderOf((Guid)knife["id"]!);
        var key = Customer.NewKey();

        var first = await customer.PostOrderAsync(order, key);
        var second = await customer.PostOrderAsync(order, key);

        Assert.Equal((HttpStatusCode.Created, first.Headers.Location), (second.StatusCode, second.Headers.Location));
        Assert.Equal(
            await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, await OrdersOf(customer));
    }

    [Fact]
    public async Task Same_key_twenty_times_at_once_creates_one_order()
    {
        var customer = await shop.NewCustomerAsync();
        var order = Customer.OrderOf((Guid)(await customer.ProductAsync(6))["id"]!);
        var key = Customer.NewKey();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => customer.PostOrderAsync(order.DeepClone(), key)));

        Assert.All(
            answers,
            answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Created, HttpStatusCode.Conflict }));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(1, await OrdersOf(customer));
    }

    [Fact]
    public async Task Same_key_with_another_body_is_refused()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(6))["id"]!;
        var key = Customer.NewKey();
        await Customer.Read(await customer.PostOrderAsync(Customer.OrderOf(product), key), HttpStatusCode.Created);

        await Problem(
            await customer.PostOrderAsync(Customer.OrderOf(product, quantity: 2), key),
            HttpStatusCode.UnprocessableEntity);

        Assert.Equal(1, await OrdersOf(customer));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"\"")]
    public async Task An_order_without_a_key_is_refused(string? key)
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(6))["id"]!;

        await Problem(await customer.PostOrderAsync(Customer.OrderOf(product), key), HttpStatusCode.BadRequest);

        Assert.Equal(0, await OrdersOf(customer));
    }

    /// <summary>What is wrong, the status, and the field or the reason that the answer names.</summary>
    public static TheoryData<string, int, string, Action<JsonObject>> Mistakes => new()
    {
        { "no lines", 400, "lines", order => order["lines"] = new JsonArray() },
        { "51 lines", 400, "lines", order => order["lines"] = FiftyOneLines() },
        { "null for a line", 400, "lines[0]", order => order["lines"] = new JsonArray((JsonNode?)null) },
        { "quantity 0", 400, "lines[0].quantity", order => order["lines"]![0]!["quantity"] = 0 },
        { "quantity -1", 400, "lines[0].quantity", order => order["lines"]![0]!["quantity"] = -1 },
        { "quantity 1001", 400, "lines[0].quantity", order => order["lines"]![0]!["quantity"] = 1001 },
        { "more than the stock", 409, "are left", order => order["lines"]![0]!["quantity"] = 1000 },
        { "quantity as text", 400, "$.lines[0].quantity", order => order["lines"]![0]!["quantity"] = "1" },
        { "an unknown product", 400, "lines[0].productId", order => order["lines"]![0]!["productId"] = NewId() },
        { "an unknown payment token", 400, "paymentToken", order => order["paymentToken"] = "tok_unknown" },
        { "an empty payment token", 400, "paymentToken", order => order["paymentToken"] = "" },
        { "a price of the caller's", 400, "'price'", order => order["lines"]![0]!["price"] = 1 },
        { "no address", 400, "'shipTo'", order => order.Remove("shipTo") },
        { "null for the address", 400, "$.shipTo", order => order["shipTo"] = null },
        { "a country that does not exist", 400, "shipTo.country", order => order["shipTo"]!["country"] = "Germany" },
        { "a name that is too long", 400, "shipTo.name", order => order["shipTo"]!["name"] = new string('x', 5000) },
        { "U+0000", 400, "$.shipTo.name", order => order["shipTo"]!["name"] = "a\0b" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task An_invalid_order_is_refused_and_not_stored(
        string mistake, int status, string named, Action<JsonObject> make)
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(7))["id"]!;
        var order = Customer.OrderOf(product);
        make(order);

        var problem = await Problem(await customer.PostOrderAsync(order, Customer.NewKey()), (HttpStatusCode)status);

        // Our own rules name the field in errors; JSON that cannot be read and conflicts say it in the detail.
        var isNamed = problem["errors"] is JsonObject errors
            ? errors.ContainsKey(named)
            : ((string)problem["detail"]!).Contains(named, StringComparison.Ordinal);
        Assert.True(isNamed, $"{mistake}: {problem.ToJsonString()}");
        Assert.Equal(0, await OrdersOf(customer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"lines\":[],}")]
    [InlineData("\"text\"")]
    public async Task Malformed_json_is_refused(string body)
    {
        var customer = await shop.NewCustomerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", Customer.NewKey());

        await Problem(
            await customer.Http.SendAsync(request, TestContext.Current.CancellationToken), HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-7")]
    public async Task Another_content_type_is_refused(string contentType)
    {
        var customer = await shop.NewCustomerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
        {
            Content = new StringContent("{}"),
        };
        request.Content.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.Add("Idempotency-Key", Customer.NewKey());

        await Problem(
            await customer.Http.SendAsync(request, TestContext.Current.CancellationToken),
            HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task An_order_without_a_valid_token_is_refused()
    {
        var anonymous = shop.Anonymous();
        var order = Customer.OrderOf((Guid)(await anonymous.ProductAsync(7))["id"]!);

        await Problem(await anonymous.PostOrderAsync(order, Customer.NewKey()), HttpStatusCode.Unauthorized);
        anonymous.Http.DefaultRequestHeaders.Authorization = new("Bearer", "not.a.token");
        await Problem(await anonymous.PostOrderAsync(order, Customer.NewKey()), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_order_is_visible_to_its_owner_only()
    {
        var owner = await shop.NewCustomerAsync();
        var stranger = await shop.NewCustomerAsync();
        var order = await owner.OrderAsync(Customer.OrderOf((Guid)(await owner.ProductAsync(8))["id"]!));
        await Eventually.Equals("Delivered", () => owner.StatusOfAsync(order));

        foreach (var path in new[]
        {
            $"/api/orders/{order}",
            $"/api/orders/{order}/overview",
            $"/api/payments/{order}",
            $"/api/shipping/shipments/{order}",
        })
            await stranger.GetAsync(path, HttpStatusCode.NotFound);

        await Problem(await stranger.CancelAsync(order), HttpStatusCode.NotFound);
        Assert.Empty((await stranger.GetAsync("/api/orders"))["items"]!.AsArray());
    }

    private async Task<long> OrdersOf(Customer customer) =>
        await shop.ScalarAsync<long>(
            "ordersdb", "SELECT count(*) FROM orders.orders WHERE customer_id = $1", customer.Id);

    private static Guid NewId() => Guid.CreateVersion7();

    private static JsonArray FiftyOneLines() =>
        [.. Enumerable.Range(0, 51).Select(_ => new JsonObject { ["productId"] = NewId(), ["quantity"] = 1 })];

    private static async Task<JsonNode> Problem(HttpResponseMessage response, HttpStatusCode expected)
    {
        var problem = await Customer.Read(response, expected);

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal((int)expected, (int)problem["status"]!);
        Assert.False(string.IsNullOrWhiteSpace((string?)problem["detail"] ?? (string?)problem["title"]));
        Assert.Equal(32, ((string)problem["traceId"]!).Length);
        Assert.DoesNotContain("   at ", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Shop.", problem.ToJsonString(), StringComparison.Ordinal);
        return problem;
    }
}
