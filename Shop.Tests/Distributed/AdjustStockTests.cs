using System.Net;
using Npgsql;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class AdjustStockTests(SharedShop shop)
{
    private const string Sums =
        "SELECT coalesce(sum(available), 0) || ' ' || coalesce(sum(reserved), 0) FROM orders.stock_movements WHERE "
            + "product_id = $1";

    [Fact]
    public async Task Same_key_twice_adjusts_once_and_records_the_reason()
    {
        var http = await shop.OperatorAsync();
        var product = await http.NewProductAsync(opening: 10);
        var key = Customer.NewKey();

        var first = await Customer.Read(await Adjust(http, product, 5, key), HttpStatusCode.OK);
        var second = await Customer.Read(await Adjust(http, product, 5, key), HttpStatusCode.OK);
        await Customer.Read(await Adjust(http, product, 6, key), HttpStatusCode.UnprocessableEntity);

        Assert.Equal(15, (int)first["available"]!);
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        var stock = await Customer.Read(
            await http.SendAsync(HttpMethod.Get, $"/api/products/{product}/stock"), HttpStatusCode.OK);
        Assert.Equal(
            ["Adjusted 5 delivered", "Opening 10 "],
            stock["movements"]!.AsArray().Select(move => $"{move!["kind"]} {move["available"]} {move["reason"]}"));
        Assert.Equal("15 0", await shop.ScalarAsync<string>("ordersdb", Sums, product));
    }

    [Fact]
    public async Task Stock_never_becomes_negative()
    {
        var http = await shop.OperatorAsync();
        var product = await http.NewProductAsync(opening: 10);
        var customer = await shop.NewCustomerAsync();
        await customer.OrderAsync(Customer.OrderOf(product, quantity: 4));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => Adjust(http, product, -1, Customer.NewKey())));

        Assert.Equal(6, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(4, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(0, await shop.AvailableAsync(product));
        Assert.StartsWith("0 ", await shop.ScalarAsync<string>("ordersdb", Sums, product), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Movements_are_paged()
    {
        var http = await shop.OperatorAsync();
        var product = await http.NewProductAsync(opening: 1);
        foreach (var change in new[] { 2, 3, 4 })
            await Adjust(http, product, change, Customer.NewKey());

        List<int> seen = [];
        for (string? next = ""; next is not null;)
        {
            var page = await Customer.Read(
                await http.SendAsync(HttpMethod.Get, $"/api/products/{product}/stock?limit=3&after={next}"),
                HttpStatusCode.OK);
            seen.AddRange(page["movements"]!.AsArray().Select(move => (int)move!["available"]!));
            next = (string?)page["next"];
        }

        Assert.Equal([4, 3, 2, 1], seen);
    }

    [Theory]
    [InlineData(0, "nothing")]
    [InlineData(1_000_001, "too much")]
    [InlineData(1, "")]
    public async Task An_invalid_adjustment_is_refused(int change, string reason)
    {
        var http = await shop.OperatorAsync();
        var product = await http.NewProductAsync(opening: 10);

        await Customer.Read(await Adjust(http, product, change, Customer.NewKey(), reason), HttpStatusCode.BadRequest);

        Assert.Equal("10 0", await shop.ScalarAsync<string>("ordersdb", Sums, product));
    }

    [Fact]
    public async Task An_unknown_product_is_not_found() =>
        await Customer.Read(
            await Adjust(await shop.OperatorAsync(), Guid.CreateVersion7(), 1, Customer.NewKey()),
            HttpStatusCode.NotFound);

    [Theory]
    [InlineData("UPDATE orders.stock_movements SET available = 99 WHERE product_id = $1 RETURNING 1")]
    [InlineData("DELETE FROM orders.stock_movements WHERE product_id = $1 RETURNING 1")]
    public async Task The_journal_is_append_only(string forgery)
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => shop.ScalarAsync<int>("ordersdb", forgery, product));

        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> Adjust(
        HttpClient http, Guid product, int change, string key, string reason = "delivered") =>
        http.SendAsync(
            HttpMethod.Post,
            $"/api/products/{product}/stock",
            new { change, reason },
            "Idempotency-Key",
            key);
}
