using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class CatalogueTests(SharedShop shop)
{
    [Fact]
    public async Task A_product_is_added_with_its_opening_stock()
    {
        var http = await shop.OperatorAsync();
        var sku = Visitors.NewSku();

        var answer = await http.SendAsync(HttpMethod.Post, "/api/products", Visitors.Product(sku, opening: 7));
        var id = (Guid)(await Customer.Read(answer, HttpStatusCode.Created))["id"]!;

        Assert.Equal($"/api/products/{id}", answer.Headers.Location?.OriginalString);
        var product = await shop.Anonymous().GetAsync($"/api/products/{id}");
        Assert.Equal((sku, 7), ((string)product["sku"]!, (int)product["available"]!));
        Assert.Equal(
            "Opening 7 0",
            await shop.ScalarAsync<string>(
                "ordersdb",
                "SELECT kind || ' ' || available || ' ' || reserved FROM orders.stock_movements WHERE product_id = $1",
                id));
    }

    [Fact]
    public async Task A_sku_belongs_to_one_product_at_a_time()
    {
        var http = await shop.OperatorAsync();
        var product = Visitors.Product(Visitors.NewSku());

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => http.SendAsync(HttpMethod.Post, "/api/products", product)));
        var added = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.All(answers.Except([added]), answer => Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode));

        await http.SendAsync(HttpMethod.Delete, added.Headers.Location!.OriginalString, header: "If-Match", value: "*");
        Assert.Equal(
            HttpStatusCode.Created, (await http.SendAsync(HttpMethod.Post, "/api/products", product)).StatusCode);
    }

    [Fact]
    public async Task Concurrent_changes_are_not_lost()
    {
        var http = await shop.OperatorAsync();
        var path = $"/api/products/{await http.NewProductAsync()}";
        var read = (await http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken)).Headers.ETag!.ToString();
        var body = new
        {
            sku = Visitors.NewSku(),
            name = "Better Vase",
            description = "",
            price = new { amount = 1200, currency = "EUR" },
        };
        var right = new { body.sku, body.name, description = "Now with water.", body.price };

        Assert.Equal(
            HttpStatusCode.BadRequest, (await http.SendAsync(HttpMethod.Put, path, body, "If-Match", read)).StatusCode);
        Assert.Equal(
            HttpStatusCode.PreconditionRequired, (await http.SendAsync(HttpMethod.Put, path, right)).StatusCode);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => http.SendAsync(HttpMethod.Put, path, right, "If-Match", read)));

        var changed = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(
            answers.Except([changed]), answer => Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode));
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await http.SendAsync(HttpMethod.Delete, path, header: "If-Match", value: read)).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await http.SendAsync(HttpMethod.Delete, path)).StatusCode);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await http.SendAsync(
                HttpMethod.Delete, path, header: "If-Match", value: changed.Headers.ETag!.ToString())).StatusCode);
    }

    [Fact]
    public async Task Placed_orders_do_not_change()
    {
        var http = await shop.OperatorAsync();
        var product = await http.NewProductAsync(price: 1000);
        var path = $"/api/products/{product}";
        var customer = await shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf(product, quantity: 2));

        var dearer = new
        {
            sku = Visitors.NewSku(),
            name = "Dearer Vase",
            description = "The same.",
            price = new { amount = 9900, currency = "EUR" },
        };
        await Customer.Read(await http.SendAsync(HttpMethod.Put, path, dearer, "If-Match", "*"), HttpStatusCode.OK);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await http.SendAsync(HttpMethod.Delete, path, header: "If-Match", value: "*")).StatusCode);

        await customer.GetAsync(path, HttpStatusCode.NotFound);
        var found = await customer.GetAsync("/api/products?limit=100&search=dearer");
        Assert.DoesNotContain(found["items"]!.AsArray(), item => (Guid)item!["id"]! == product);
        await Customer.Read(
            await customer.PostOrderAsync(Customer.OrderOf(product), Customer.NewKey()), HttpStatusCode.BadRequest);
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order));
        var line = Assert.Single((await customer.GetAsync($"/api/orders/{order}"))["lines"]!.AsArray())!;
        Assert.Equal(("Test Vase", 1000), ((string)line["name"]!, (int)line["unitPrice"]!["amount"]!));
        Assert.Equal(8, await shop.AvailableAsync(product));
    }

    public static TheoryData<string, Action<JsonObject>> Mistakes => new()
    {
        { "sku", product => product["sku"] = "small letters" },
        { "sku", product => product["sku"] = new string('X', 41) },
        { "name", product => product["name"] = " " },
        { "name", product => product["name"] = "line\nbreak" },
        { "description", product => product["description"] = new string('x', 2001) },
        { "price.amount", product => product["price"]!["amount"] = -1 },
        { "price.currency", product => product["price"]!["currency"] = "Euro" },
        { "opening", product => product["opening"] = -1 },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task An_invalid_product_is_refused_with_the_field(string field, Action<JsonObject> make)
    {
        var http = await shop.OperatorAsync();
        var product = new JsonObject
        {
            ["sku"] = Visitors.NewSku(),
            ["name"] = "Vase",
            ["description"] = "A vase.",
            ["price"] = new JsonObject { ["amount"] = 1, ["currency"] = "EUR" },
        };
        make(product);

        var problem = await Customer.Read(
            await http.SendAsync(HttpMethod.Post, "/api/products", product), HttpStatusCode.BadRequest);

        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Fact]
    public async Task Changing_the_catalogue_needs_an_operator()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        var customer = (await shop.NewCustomerAsync()).Http;
        var path = $"/api/products/{product}";

        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await customer.SendAsync(HttpMethod.Post, "/api/products", Visitors.Product())).StatusCode);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await customer.SendAsync(HttpMethod.Put, path, Visitors.Product(), "If-Match", "*")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await customer.SendAsync(HttpMethod.Delete, path, header: "If-Match", value: "*")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await customer.SendAsync(HttpMethod.Get, $"{path}/stock")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await shop.Anonymous().Http.SendAsync(HttpMethod.Get, $"{path}/stock")).StatusCode);
    }
}
