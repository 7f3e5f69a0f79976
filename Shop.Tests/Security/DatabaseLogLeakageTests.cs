using System.Net;
using System.Net.Http.Json;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>
/// PostgreSQL writes the statement and the values of an error into its own log. So no input may cause one.
/// </summary>
[Collection(nameof(AttackedShop))]
public class DatabaseLogLeakageTests(AttackedShop shop)
{
    private const int AtOnce = 8;

    [Fact, Trait("Checklist", "X")]
    public async Task A_value_that_is_taken_logs_no_error_and_no_personal_data()
    {
        var targets = await shop.TargetsAsync();
        var mark = $"{Guid.CreateVersion7():N}";
        var email = $"{mark}@customers.example";
        var sku = $"T-{mark}".ToUpperInvariant();
        var product = await (await shop.OperatorAsync()).NewProductAsync();

        // Everything that is to be there once, one after the other and at once.
        await ManyAsync(
            "users",
            "POST",
            "/api/users",
            null,
            new { email, password = "a long walk on the beach", name = "Ada" },
            HttpStatusCode.Created);
        await ManyAsync(
            "orders",
            "POST",
            "/api/products",
            targets.Operator,
            Visitors.Product(sku: sku),
            HttpStatusCode.Created,
            HttpStatusCode.Conflict);
        await ManyAsync(
            "orders", "PUT", $"/api/products/{product}", targets.Operator, Change(sku), HttpStatusCode.Conflict);
        await ManyAsync(
            "orders",
            "POST",
            "/api/orders",
            targets.Owner,
            Customer.OrderOf(targets.Product, token: "tok_declined"),
            HttpStatusCode.Created);
        await ManyAsync(
            "orders",
            "POST",
            $"/api/products/{targets.Product}/stock",
            targets.Operator,
            new { change = 1, reason = "Counted." },
            HttpStatusCode.OK);
        await ManyAsync(
            "payments",
            "POST",
            $"/api/payments/{targets.Order}/refunds",
            targets.Operator,
            new { reason = "A gesture.", amount = new { amount = 1, currency = "EUR" } },
            HttpStatusCode.Accepted);

        var log = (await shop.ConsolesAsync()).Where(line => line.Resource == "postgres")
            .Select(line => line.Line)
            .ToArray();
        Assert.Contains(log, line => line.Contains("database system is ready", StringComparison.Ordinal));
        Assert.DoesNotContain(
            log,
            line =>
                line.Contains(mark, StringComparison.OrdinalIgnoreCase)
                    || line.Contains("duplicate key", StringComparison.Ordinal));

        async Task ManyAsync(
            string service, string verb, string path, string? token, object body, params HttpStatusCode[] allowed)
        {
            var key = Customer.NewKey();
            // The first one alone is right; then those that want the same.
            await SendAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAsync()));
            Assert.All(
                answers,
                answer =>
                    Assert.True(
                        allowed.Contains(answer.Status) || answer.Status == HttpStatusCode.TooManyRequests,
                        $"{answer}"));

            // Nobody has used this key yet.
            key = Customer.NewKey();
            answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAsync()));
            Assert.All(
                answers,
                answer =>
                    Assert.True(
                        allowed.Contains(answer.Status) || answer.Status == HttpStatusCode.TooManyRequests,
                        $"{answer}"));

            async Task<Answer> SendAsync()
            {
                using var content = JsonContent.Create(body);
                await content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
                return await shop.Attacker.SendAsync(
                    shop.At(service, path), verb, token, content, ("Idempotency-Key", key), ("If-Match", "*"));
            }
        }
    }

    private static object Change(string sku) =>
        new { sku, name = "Vase", description = "Made for one test.", price = new { amount = 1000, currency = "EUR" } };
}
