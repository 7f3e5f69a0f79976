using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class ReconciliationTests(SharedShop shop)
{
    private const string Path = "/api/payments/reconciliations";

    [Fact]
    public async Task Only_the_planted_differences_are_found()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order");
        var operators = await shop.NewOperatorAsync();
        Assert.Empty(Differences(await RunAsync(operators)));

        var stranger = Guid.CreateVersion7();
        try
        {
            await ChangeAsync(
                "UPDATE bank.charges SET amount = amount + 1 WHERE key = (SELECT id FROM payments.payments WHERE "
                    + "order_id = $1) RETURNING 1",
                order);
            await ChangeAsync(
                "INSERT INTO bank.charges (key, token, amount, currency, status) VALUES ($1, 'tok_visa', 700, 'EUR', "
                    + "'Charged') RETURNING 1",
                stranger);

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
            Assert.Equal(
                (long)amount["ours"]!["amount"]!["amount"]! + 1, (long)amount["theirs"]!["amount"]!["amount"]!);
            var missing = Differences(report).Single(difference => (string)difference["kind"]! == "missing-here");
            Assert.Equal((stranger, null, null), ((Guid)missing["bankKey"]!, missing["orderId"], missing["ours"]));

            var stored = await operators.ReadAsync($"{Path}/{(Guid)report["id"]!}");
            Assert.Equal(report["differences"]!.ToJsonString(), stored["differences"]!.ToJsonString());
            Assert.Equal((Guid)report["id"]!, (Guid)(await operators.ReadAsync(Path))["items"]![0]!["id"]!);
        }
        finally
        {
            await ChangeAsync(
                "UPDATE bank.charges SET amount = amount - 1 WHERE key = (SELECT id FROM payments.payments WHERE "
                    + "order_id = $1) RETURNING 1",
                order);
            await ChangeAsync("DELETE FROM bank.charges WHERE key = $1 RETURNING 1", stranger);
        }

        Assert.Empty(Differences(await RunAsync(operators)));
    }

    [Fact]
    public async Task Parallel_requests_share_one_run_and_do_not_block_customers()
    {
        const int Impatient = 20;
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        var operators = await shop.NewOperatorAsync();
        // Enough for a run to take some time: each of them is a difference that is looked at twice.
        await shop.ExecuteAsync("paymentsdb", """
            INSERT INTO bank.charges (key, token, amount, currency, status)
            SELECT gen_random_uuid(), 'tok_reconciled', 1, 'EUR', 'Voided' FROM generate_series(1, 4000)
            """);
        try
        {
            var before = await RunsAsync();
            var reports = Enumerable.Range(0, Impatient).Select(_ => operators.SendAsync(Path)).ToArray();
            var order = await customer.OrderAsync(Customer.OrderOf(product));
            await Eventually.Is(
                () => customer.StatusOfAsync(order),
                status => status is not "Placed",
                within: TimeSpan.FromSeconds(10),
                what: "The payment during a reconciliation");

            var ids = new HashSet<Guid>();
            foreach (var answer in await Task.WhenAll(reports))
                ids.Add((Guid)(await Customer.Read(answer, HttpStatusCode.Created))["id"]!);

            // One of those who asked may have come when the first run was just over.
            Assert.InRange(ids.Count, 1, 2);
            Assert.InRange(await RunsAsync() - before, 1, 3);
        }
        finally
        {
            await shop.ExecuteAsync("paymentsdb", "DELETE FROM bank.charges WHERE token = 'tok_reconciled'");
        }
    }

    [Fact]
    public async Task Reconciliation_and_dead_letters_need_an_operator()
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

    private Task<long> RunsAsync() =>
        shop.ScalarAsync<long>("paymentsdb", "SELECT count(*) FROM payments.reconciliations");

    private static JsonNode[] Differences(JsonNode report) =>
        [.. report["differences"]!.AsArray().Select(difference => difference!)];

    private Task<int> ChangeAsync(string sql, Guid id) => shop.ScalarAsync<int>("paymentsdb", sql, id);
}
