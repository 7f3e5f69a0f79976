using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What is scarce, and what must happen once, whoever hurries.</summary>
[Collection(nameof(SharedShop))]
public sealed class BusinessLimitTests(SharedShop shop)
{
    private const int Buyers = 6;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Checklist", "R2")]
    public async Task Fifty_expensive_queries_at_once_are_answered_in_bounded_time_and_size()
    {
        var visitor = shop.Anonymous().Http;
        var search = Uri.EscapeDataString(string.Join(' ', Enumerable.Repeat("a b c d", 12)));
        var watch = Stopwatch.StartNew();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50)
                .Select(
                    _ =>
                        visitor.GetAsync(
                            new Uri($"/api/products?limit=100&search={search}&fields=*&size=100000", UriKind.Relative),
                            Cancel)));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        foreach (var answer in answers)
        {
            var items = (await Customer.Read(answer, HttpStatusCode.OK))["items"]!.AsArray();
            Assert.InRange(items.Count, 0, 100);
        }

        foreach (var query in new[]
        {
            "limit=101",
            "limit=100000",
            "limit=-1",
            "limit=99999999999999999999",
            $"search={new string('a', 101)}",
        })
            await (await visitor.GetAsync(new Uri($"/api/products?{query}", UriKind.Relative), Cancel)).IsProblemAsync(
                HttpStatusCode.BadRequest, query);
    }

    [Fact]
    [Trait("Checklist", "R3")]
    public async Task A_cart_and_an_order_hold_fifty_lines_and_not_one_more()
    {
        var customer = await shop.NewCustomerAsync();
        foreach (var (lines, expected) in new[]
        {
            (51, HttpStatusCode.BadRequest),
            (10_000, HttpStatusCode.RequestEntityTooLarge),
        })
        {
            var many = new JsonArray(
                [
                    .. Enumerable.Range(0, lines)
                        .Select(_ => new JsonObject { ["productId"] = Guid.CreateVersion7(), ["quantity"] = 1 }),
                ]);
            var cart = await customer.Http.SendAsync(
                HttpMethod.Put, "/api/cart", new JsonObject { ["lines"] = many.DeepClone() });
            await cart.IsProblemAsync(expected, $"A cart of {lines}");
            var order = Customer.OrderOf(Guid.CreateVersion7());
            order["lines"] = many;
            await (await customer.PostOrderAsync(order, Customer.NewKey())).IsProblemAsync(
                expected, $"An order of {lines}");
        }
    }

    [Fact]
    [Trait("Checklist", "R4")]
    public async Task The_last_pieces_are_sold_once_however_many_want_them()
    {
        const int Pieces = 7;
        var product = await (await shop.OperatorAsync()).NewProductAsync(opening: Pieces);
        var buyers = new List<Customer>();
        while (buyers.Count < Buyers)
            buyers.Add(await shop.NewCustomerAsync());

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 60)
                .Select(i => buyers[i % Buyers].PostOrderAsync(Customer.OrderOf(product), Customer.NewKey())));

        var sold = answers.Count(answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.All(
            answers,
            answer =>
                Assert.True(
                    answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, $"{answer.StatusCode}"));
        Assert.Equal(Pieces, sold);
        Assert.Equal(0, await shop.AvailableAsync(product));
        Assert.Equal((long)Pieces, await shop.ScalarAsync<long>(
            "ordersdb",
            "SELECT count(*) FROM orders.orders WHERE customer_id = ANY($1)",
            buyers.Select(buyer => buyer.Id).ToArray()));
    }

    [Fact]
    [Trait("Checklist", "R5")]
    public async Task A_cancel_and_a_refund_sent_many_times_at_once_return_the_money_once()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync(opening: 10);
        var (customer, operators) = (await shop.NewCustomerAsync(), await shop.NewOperatorAsync());
        var order = await customer.OrderAsync(Customer.OrderOf(product, quantity: 3));
        await Eventually.Is(() => shop.ChargesAsync(order), charges => charges.Count == 1, what: "The charge");

        var cancels = Enumerable.Range(0, 10).Select(_ => customer.CancelAsync(order));
        var refunds = Enumerable.Range(0, 10)
            .Select(
                _ =>
                    operators.SendAsync(
                        $"/api/payments/{order}/refunds", new { reason = "All of it." }, Customer.NewKey()));
        var answers = await Task.WhenAll(cancels.Concat(refunds));

        Assert.All(
            answers,
            answer =>
                Assert.True(
                    answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK or HttpStatusCode.Conflict,
                    $"{answer.StatusCode}"));
        await Eventually.Is(
            () => customer.StatusOfAsync(order),
            status => status is "Cancelled" or "Delivered",
            what: "The end of the order");
        await Eventually.Equals((1L, 0L), () => shop.ChargesAsync(order), what: "The charge, all of it returned");
        Assert.Equal(1, await shop.ScalarAsync<long>(
            "paymentsdb",
            "SELECT count(*) FROM bank.refunds r JOIN payments.payments p ON p.id = r.charge_key WHERE p.order_id = $1",
            order));
        var back = await customer.StatusOfAsync(order) == "Cancelled" ? 10 : 7;
        await Eventually.Equals(back, () => shop.AvailableAsync(product), what: "The stock, returned once");
    }

    [Fact]
    [Trait("Checklist", "R6")]
    public async Task Steps_cannot_be_skipped_and_amounts_cannot_be_chosen()
    {
        var seller = await shop.OperatorAsync();
        var product = await seller.NewProductAsync(price: 1000);
        var (customer, operators) = (await shop.NewCustomerAsync(), await shop.NewOperatorAsync());
        foreach (var quantity in new[] { 0, -1, int.MinValue, int.MaxValue })
            await (await customer.PostOrderAsync(
                Customer.OrderOf(product, quantity), Customer.NewKey())).IsProblemAsync(
                HttpStatusCode.BadRequest, $"{quantity}");

        foreach (var member in new[] { "total", "price", "shipping", "status", "customerId" })
        {
            var chosen = Customer.OrderOf(product);
            chosen[member] = 1;
            await (await customer.PostOrderAsync(chosen, Customer.NewKey())).IsProblemAsync(
                HttpStatusCode.BadRequest, member);
        }

        // Not paid, and never will be: there is no parcel to send, nothing to refund and nothing to pay in another way.
        var unpaid = await customer.OrderAsync(Customer.OrderOf(product, token: "tok_down"));
        await Eventually.Equals(
            1L,
            () =>
                shop.ScalarAsync<long>(
                    "paymentsdb", "SELECT count(*) FROM payments.payments WHERE order_id = $1", unpaid),
            what: "The payment that waits");
        await (await operators.SendAsync($"/api/shipping/shipments/{unpaid}/dispatch")).IsProblemAsync(
            HttpStatusCode.NotFound);
        await (await operators.SendAsync(
            $"/api/payments/{unpaid}/refunds", new { reason = "Now." }, Customer.NewKey())).IsProblemAsync(
                HttpStatusCode.Conflict);
        await (await operators.SendAsync(
            $"/api/payments/{unpaid}", new { status = "Captured" }, Customer.NewKey())).IsProblemAsync(
                HttpStatusCode.MethodNotAllowed);
        Assert.Equal("Placed", await customer.StatusOfAsync(unpaid));
        await Customer.Read(await customer.CancelAsync(unpaid), HttpStatusCode.Accepted);
    }

    [Fact]
    [Trait("Checklist", "R6")]
    public async Task A_price_that_changed_since_the_cart_was_filled_is_the_price()
    {
        var seller = await shop.OperatorAsync();
        var product = await seller.NewProductAsync(price: 1000);
        var customer = await shop.NewCustomerAsync();
        await Customer.Read(
            await customer.Http.SendAsync(
                HttpMethod.Put, "/api/cart", new { lines = new[] { new { productId = product, quantity = 2 } } }),
            HttpStatusCode.OK);
        var (cheap, key) = (Customer.OrderOf(product, 2), Customer.NewKey());
        var first = await Customer.Read(await customer.PostOrderAsync(cheap.DeepClone(), key), HttpStatusCode.Created);

        var dearer = new
        {
            sku = Visitors.NewSku(),
            name = "Dearer Vase",
            description = "The same.",
            price = new { amount = 1500, currency = "EUR" },
        };
        await Customer.Read(
            await seller.SendAsync(HttpMethod.Put, $"/api/products/{product}", dearer, "If-Match", "*"),
            HttpStatusCode.OK);

        Assert.Equal(3000, (int)(await customer.GetAsync("/api/cart"))["total"]!["amount"]!);
        var second = await Customer.Read(
            await customer.PostOrderAsync(Customer.OrderOf(product, 2), Customer.NewKey()), HttpStatusCode.Created);
        Assert.Equal(1000, (int)second["total"]!["amount"]! - (int)first["total"]!["amount"]!);
        // What was agreed stays agreed.
        var repeated = await Customer.Read(
            await customer.PostOrderAsync(cheap.DeepClone(), key), HttpStatusCode.Created);
        Assert.Equal(first.ToJsonString(), repeated.ToJsonString());
    }
}
