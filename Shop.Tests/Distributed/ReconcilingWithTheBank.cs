using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class ReconcilingWithTheBank(SharedShop shop)
{
    private const string Path = "/api/payments/reconciliations";

    [Fact]
    public async Task Finds_what_was_planted_in_the_banks_books_and_nothing_else()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order");
        var operators = await shop.NewOperatorAsync();
        Assert.Empty(Differences(await RunAsync(operators)));

        var stranger = Guid.CreateVersion7();
        try
        {
            await ChangeAsync("UPDATE bank.charges SET amount = amount + 1 WHERE key = (SELECT id FROM payments.payments WHERE order_id = $1) RETURNING 1", order);
            await ChangeAsync("INSERT INTO bank.charges (key, token, amount, currency, status) VALUES ($1, 'tok_visa', 700, 'EUR', 'Charged') RETURNING 1", stranger);

            // Payments are compared once they are a few seconds old.
            var report = await Eventually.Is(
                async () =>
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
                    return await RunAsync(operators);
                },
                report => Differences(report).Length > 1,
                what: "The report");

            Assert.Equal(2, (long)report["found"]!);
            var amount = Differences(report).Single(difference => (string)difference["kind"]! == "amount");
            Assert.Equal(order, (Guid)amount["orderId"]!);
            Assert.Equal((long)amount["ours"]!["amount"]!["amount"]! + 1, (long)amount["theirs"]!["amount"]!["amount"]!);
            var missing = Differences(report).Single(difference => (string)difference["kind"]! == "missing-here");
            Assert.Equal((stranger, null, null), ((Guid)missing["bankKey"]!, missing["orderId"], missing["ours"]));

            var stored = await operators.ReadAsync($"{Path}/{(Guid)report["id"]!}");
            Assert.Equal(report["differences"]!.ToJsonString(), stored["differences"]!.ToJsonString());
            Assert.Equal((Guid)report["id"]!, (Guid)(await operators.ReadAsync(Path))["items"]![0]!["id"]!);
        }
        finally
        {
            await ChangeAsync("UPDATE bank.charges SET amount = amount - 1 WHERE key = (SELECT id FROM payments.payments WHERE order_id = $1) RETURNING 1", order);
            await ChangeAsync("DELETE FROM bank.charges WHERE key = $1 RETURNING 1", stranger);
        }

        Assert.Empty(Differences(await RunAsync(operators)));
    }

    [Fact]
    public async Task Is_for_operators_and_so_are_the_dead_letters()
    {
        var customer = await shop.NewCustomerAsync();
        var operators = await shop.NewOperatorAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await customer.Http.SendAsync(Path)).StatusCode);
        foreach (var service in new[] { "payments", "shipping" })
        {
            await customer.GetAsync($"/api/{service}/dead-letters", HttpStatusCode.Forbidden);
            Assert.NotNull((await operators.ReadAsync($"/api/{service}/dead-letters"))["items"]);
        }
    }

    private static async Task<JsonNode> RunAsync(HttpClient operators)
    {
        var report = await Customer.Read(await operators.SendAsync(Path), HttpStatusCode.Created);
        Assert.Equal("Completed", (string)report["status"]!);
        return report;
    }

    private static JsonNode[] Differences(JsonNode report) => [.. report["differences"]!.AsArray().Select(difference => difference!)];

    private Task<int> ChangeAsync(string sql, Guid id) => shop.ScalarAsync<int>("paymentsdb", sql, id);
}
