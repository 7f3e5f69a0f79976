using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>
/// A repeated request is carried out once, and its key can't be used for anything else, nor by anybody else.
/// </summary>
[Collection(nameof(AttackedShop))]
public class IdempotencyKeyTests(AttackedShop shop)
{
    private const string Order = "POST /api/orders";
    private const string Refund = "POST /api/payments/{orderId}/refunds";
    private const string Stock = "POST /api/products/{id}/stock";

    public static TheoryData<string> Routes => [Order, Refund, Stock];

    [Theory, Trait("Checklist", "K1")]
    [MemberData(nameof(Routes))]
    public async Task A_key_is_required(string route)
    {
        var targets = await shop.TargetsAsync();

        Refused(await SendAsync(route, targets, []), HttpStatusCode.BadRequest);
    }

    public static TheoryData<string> Malformed => new()
    {
        // Nothing
        "",
        // Quoted nothing
        "\"\"",
        // 256 characters
        new string('k', 256),
        // 256 quoted characters
        $"\"{new string('k', 256)}\"",
        // A blank inside
        "a b",
        // A tab inside
        "a\tb",
        // A control character
        "a\u0007b",
        // A letter outside of ASCII
        "schlüssel",
        // A quotation mark inside
        "a\"b",
        // One quotation mark
        "\"",
        // An open quotation
        "\"a",
        // A backslash
        "a\\b",
        // Two keys in one
        "\"a\", \"b\"",
        // Parameters
        "\"a\";b=1",
    };

    [Theory, Trait("Checklist", "K2")]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_key_is_refused(string key)
    {
        var targets = await shop.TargetsAsync();
        foreach (var route in (string[])[Order, Refund, Stock])
            Refused(await SendAsync(route, targets, [key]), HttpStatusCode.BadRequest);
    }

    [Theory, Trait("Checklist", "K2")]
    [MemberData(nameof(Routes))]
    public async Task Two_keys_are_refused(string route) =>
        Refused(
            await SendAsync(route, await shop.TargetsAsync(), [Customer.NewKey(), Customer.NewKey()]),
            HttpStatusCode.BadRequest);

    [Theory, Trait("Checklist", "K2"), Trait("Checklist", "K7")]
    [MemberData(nameof(Routes))]
    public async Task A_key_is_the_same_with_and_without_quotes(string route)
    {
        var targets = await shop.TargetsAsync();
        var key = new string('k', 255 - 36) + Customer.NewKey();

        Same(await SendAsync(route, targets, [key]), await SendAsync(route, targets, [$"\"{key}\""]));
    }

    [Theory, Trait("Checklist", "K3"), Trait("Checklist", "K7")]
    [InlineData(
        Order,
        """ { "paymentToken" : "tok_declined","shipTo":{"line2":"c/o Bob","country":"DE","postalCode":"10115","city":"B\u0065rlin","line1":"Invalidenstr. 1","name":"Ada Example"},"lines":[{"quantity":1,"productId":"{product}"}]}""")]
    [InlineData(
        Refund, "{\r\n\t\"amount\": {\"currency\": \"EUR\", \"amount\": 1},\r\n\t\"reason\": \"\\u0041 gesture.\"}")]
    [InlineData(Stock, """  {"reason":"Counted\u002e", "change":1}  """)]
    public async Task White_space_and_member_order_do_not_matter(string route, string other)
    {
        var targets = await shop.TargetsAsync();
        var key = Customer.NewKey();

        Same(await SendAsync(route, targets, [key]), await SendAsync(route, targets, [key], other));
    }

    [Theory, Trait("Checklist", "K3")]
    [InlineData(Order, "\"quantity\":1", "\"quantity\":2")]
    [InlineData(Order, "Berlin", "berlin")]
    [InlineData(Order, ",\"line2\":\"c/o Bob\"", "")]
    [InlineData(Refund, "\"amount\":1", "\"amount\":2")]
    [InlineData(Refund, ",\"amount\":{\"amount\":1,\"currency\":\"EUR\"}", "")]
    [InlineData(Stock, "\"change\":1", "\"change\":2")]
    [InlineData(Stock, "Counted.", "Counted. ")]
    public async Task A_key_used_for_another_request_is_refused(string route, string from, string to)
    {
        var targets = await shop.TargetsAsync();
        var key = Customer.NewKey();
        var example = InputEndpoints.At(route).Example;
        Accepted(await SendAsync(route, targets, [key]));

        Refused(
            await SendAsync(route, targets, [key], example.Replace(from, to, StringComparison.Ordinal)),
            HttpStatusCode.UnprocessableEntity);
        Accepted(await SendAsync(route, targets, [key]));
    }

    [Fact, Trait("Checklist", "K4")]
    public async Task Same_key_fifty_times_at_once_has_one_effect()
    {
        var asOperator = await shop.OperatorAsync();
        var product = await asOperator.NewProductAsync(opening: 1000);
        var targets = (await shop.TargetsAsync()) with { Product = product };
        foreach (var route in (string[])[Order, Stock, Refund])
        {
            var key = Customer.NewKey();
            var refunds = await RefundsAsync(targets.Order);

            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SendAsync(route, targets, [key])));

            Assert.All(
                answers,
                answer => Assert.True(answer.IsSuccess || answer.Status == HttpStatusCode.Conflict, $"{answer}"));
            Assert.Single(answers.Where(answer => answer.IsSuccess).Select(answer => answer.Body).Distinct());
            if (route == Refund)
                Assert.Equal(refunds + 1, await RefundsAsync(targets.Order));
        }

        Assert.Equal(1, await MovementsAsync(product, "Reserved"));
        Assert.Equal(1, await MovementsAsync(product, "Adjusted"));
    }

    [Fact, Trait("Checklist", "K5")]
    public async Task Equal_keys_of_two_users_are_independent()
    {
        var targets = await shop.TargetsAsync();
        var key = Customer.NewKey();

        var mine = await SendAsync(Order, targets, [key]);
        var yours = await SendAsync(Order, targets with { Owner = targets.Stranger }, [key]);

        Accepted(mine);
        Accepted(yours);
        Assert.NotEqual((string?)mine.Json["id"], (string?)yours.Json["id"]);
        var other = InputEndpoints.At(Order).Example.Replace("Ada", "Eve", StringComparison.Ordinal);
        Refused(
            await SendAsync(Order, targets with { Owner = targets.Stranger }, [key], other),
            HttpStatusCode.UnprocessableEntity);
    }

    [Fact, Trait("Checklist", "K5")]
    public async Task Equal_keys_of_two_routes_are_independent()
    {
        var key = Customer.NewKey();
        var targets = await shop.TargetsAsync();
        var other = await (await shop.OperatorAsync()).NewProductAsync(opening: 10);
        foreach (var route in (string[])[Stock, Refund, Order])
            Accepted(await SendAsync(route, targets with { Owner = targets.Operator }, [key]));

        Accepted(await SendAsync(Stock, targets with { Product = other }, [key]));
        Assert.Equal(11, await shop.AvailableAsync(other));
    }

    /// <summary>
    /// Only what happened is kept: a request that was refused may be corrected and sent again with its key.
    /// </summary>
    [Theory, Trait("Checklist", "K8")]
    [InlineData(Order, "\"quantity\":1", "\"quantity\":0")]
    [InlineData(Order, "tok_declined", "tok_unknown")]
    [InlineData(Refund, "\"amount\":1", "\"amount\":-1")]
    [InlineData(Refund, "\"amount\":1", "\"amount\":999999999")]
    [InlineData(Stock, "\"change\":1", "\"change\":0")]
    [InlineData(Stock, "\"change\":1", "\"change\":-1000000")]
    public async Task A_refused_request_does_not_use_up_its_key(string route, string right, string wrong)
    {
        var targets = await shop.TargetsAsync();
        if (route == Stock)
            targets = targets with { Product = await (await shop.OperatorAsync()).NewProductAsync(opening: 10) };

        var key = Customer.NewKey();
        var refused = await SendAsync(
            route, targets, [key], InputEndpoints.At(route).Example.Replace(right, wrong, StringComparison.Ordinal));

        Refused(refused, refused.Status);
        Assert.InRange((int)refused.Status, 400, 409);
        Accepted(await SendAsync(route, targets, [key]));
    }

    [Fact, Trait("Checklist", "K8")]
    public void A_key_is_kept_for_at_least_a_day() =>
        Assert.True(IdempotencyRetention<DbContext>.Retention >= TimeSpan.FromHours(24));

    private async Task<Answer> SendAsync(string route, Targets targets, string[] keys, string? body = null)
    {
        var endpoint = InputEndpoints.At(route);
        using var content = new StringContent(
            InputEndpoints.Fill(body ?? endpoint.Example, targets), Encoding.UTF8, "application/json");
        return await shop.Attacker.SendAsync(
            shop.At(endpoint.Service, targets.PathOf(route)),
            "POST",
            targets.TokenOf(endpoint.By),
            content,
            [.. keys.Select(key => ("Idempotency-Key", key))]);
    }

    private static void Accepted(Answer answer) => Assert.True(answer.IsSuccess, $"{answer}");

    private static void Refused(Answer answer, HttpStatusCode expected)
    {
        Assert.True(answer.Status == expected, $"{answer}");
        Assert.Null(answer.Complaint());
    }

    /// <summary>The stored answer has nothing that the first had not, nor lacks anything.</summary>
    private static void Same(Answer first, Answer second)
    {
        Accepted(first);
        Assert.Equal((first.Status, first.Headers, first.Body), (second.Status, second.Headers, second.Body));
    }

    private Task<long> RefundsAsync(Guid order) => shop.ScalarAsync<long>(
        "paymentsdb",
        "SELECT count(*) FROM payments.refunds r JOIN payments.payments p ON p.id = r.payment_id WHERE p.order_id = $1",
        order);

    private Task<long> MovementsAsync(Guid product, string kind) => shop.ScalarAsync<long>(
        "ordersdb", "SELECT count(*) FROM orders.stock_movements WHERE product_id = $1 AND kind = $2", product, kind);
}
