using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class OperatorRefundTests(SharedShop shop)
{
    [Fact]
    public async Task Same_key_twice_refunds_once()
    {
        var (customer, order, total) = await PaidOrderAsync();
        var operators = await shop.NewOperatorAsync();
        var key = Customer.NewKey();
        var wish = new { amount = new { amount = 100, currency = "EUR" }, reason = "The box was dented." };

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => operators.SendAsync(Path(order), wish, key)));
        var refunds = await Task.WhenAll(answers.Select(answer => Customer.Read(answer, HttpStatusCode.Accepted)));
        Assert.Single(refunds.Select(refund => (Guid)refund["id"]!).Distinct());
        var other = await operators.SendAsync(Path(order), new { reason = "Everything." }, key);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);

        await Eventually.Equals(100, () => RefundedAsync(customer, order), what: "The refunded amount");
        Assert.Equal((1, total - 100), await shop.ChargesAsync(order));
        Assert.Equal(1, await RefundsAtTheBankAsync(order));
        var listed = (await operators.ReadAsync(Path(order)))["items"]!.AsArray();
        Assert.Equal(
            ("Refunded", "The box was dented."),
            ((string)listed.Single()!["status"]!, (string)listed.Single()!["reason"]!));
    }

    [Fact]
    public async Task Partial_refunds_add_up_to_the_captured_amount_and_no_more()
    {
        var (customer, order, total) = await PaidOrderAsync();
        var operators = await shop.NewOperatorAsync();

        // Without waiting for the first: both are promised, and carried out one after the other.
        await RefundAsync(operators, order, 150);
        await RefundAsync(operators, order, 50);
        var tooMuch = await operators.SendAsync(
            Path(order),
            new { amount = new { amount = total - 199, currency = "EUR" }, reason = "Too much." },
            Customer.NewKey());
        Assert.Equal(HttpStatusCode.Conflict, tooMuch.StatusCode);
        await Eventually.Equals(200, () => RefundedAsync(customer, order), what: "The two parts");
        Assert.Equal("Captured", await StatusAsync(customer, order));

        await Customer.Read(
            await operators.SendAsync(Path(order), new { reason = "All of it after all." }, Customer.NewKey()),
            HttpStatusCode.Accepted);
        await Eventually.Equals("Refunded", () => StatusAsync(customer, order), what: "The payment");

        var nothingLeft = await operators.SendAsync(Path(order), new { reason = "Once more." }, Customer.NewKey());
        Assert.Equal(HttpStatusCode.Conflict, nothingLeft.StatusCode);
        Assert.Equal((1, 0), await shop.ChargesAsync(order));
        Assert.Equal(3, await RefundsAtTheBankAsync(order));
        Assert.Equal(0, await shop.ScalarAsync<long>(
            "paymentsdb",
            "SELECT coalesce(sum(e.amount), 0)::bigint FROM payments.ledger_entries e JOIN "
                + "payments.ledger_transactions t ON t.id = e.transaction_id"
            + " JOIN payments.payments p ON p.id = t.payment_id WHERE p.order_id = $1 AND e.account = 'Bank'",
            order));
    }

    [Fact]
    public async Task An_invalid_refund_is_refused_before_it_is_stored()
    {
        var (customer, order, _) = await PaidOrderAsync();
        var operators = await shop.NewOperatorAsync();
        var wish = new { reason = "Please." };

        Assert.Equal(
            HttpStatusCode.Forbidden, (await customer.Http.SendAsync(Path(order), wish, Customer.NewKey())).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await operators.SendAsync(Path(Guid.CreateVersion7()), wish, Customer.NewKey())).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await operators.SendAsync(Path(order), wish)).StatusCode);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await operators.SendAsync(Path(order), new { reason = " " }, Customer.NewKey())).StatusCode);
        var dollars = new { amount = new { amount = 1, currency = "USD" }, reason = "Dollars." };
        Assert.Equal(
            HttpStatusCode.Conflict, (await operators.SendAsync(Path(order), dollars, Customer.NewKey())).StatusCode);
        Assert.Equal(0, await RefundedAsync(customer, order));
    }

    private static string Path(Guid order) => $"/api/payments/{order}/refunds";

    private static async Task RefundAsync(HttpClient operators, Guid order, long amount) => await Customer.Read(
        await operators.SendAsync(
            Path(order), new { amount = new { amount, currency = "EUR" }, reason = "A gesture." }, Customer.NewKey()),
        HttpStatusCode.Accepted);

    private static async Task<long> RefundedAsync(Customer customer, Guid order) =>
        (long)(await PaymentAsync(customer, order))["refunded"]!["amount"]!;

    private static async Task<string> StatusAsync(Customer customer, Guid order) =>
        (string)(await PaymentAsync(customer, order))["status"]!;

    private static Task<JsonNode> PaymentAsync(Customer customer, Guid order) =>
        customer.GetAsync($"/api/payments/{order}");

    private Task<long> RefundsAtTheBankAsync(Guid order) => shop.ScalarAsync<long>(
        "paymentsdb",
        "SELECT count(*) FROM bank.refunds r JOIN payments.payments p ON p.id = r.charge_key WHERE p.order_id = $1",
        order);

    private async Task<(Customer Customer, Guid Order, long Total)> PaidOrderAsync()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!));
        var payment = await Eventually.Is(
            () => PaymentAsync(customer, order),
            payment => (string)payment["status"]! == "Captured",
            what: "The payment");
        return (customer, order, (long)payment["captured"]!["amount"]!);
    }
}
