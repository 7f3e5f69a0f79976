using System.Net;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Shop.Tests.Distributed;
using Shop.Tests.Security;

namespace Shop.Tests.Topologies;

[Collection(nameof(MonolithShop))]
public class MonolithPurchaseTests(MonolithShop shop) : PurchaseScenarios(shop);

[Collection(nameof(MonolithShop))]
public class MonolithTests(MonolithShop shop)
{
    [Fact]
    public void Is_one_process_and_no_Redis()
    {
        var model = shop.App.Services.GetRequiredService<DistributedApplicationModel>();

        Assert.Equal(["shop"], model.Resources.OfType<ProjectResource>().Select(project => project.Name));
        Assert.DoesNotContain(model.Resources, resource => resource.Name == "redis");
    }

    [Fact]
    public async Task Serves_the_storefront()
    {
        using var client = shop.NewClient();
        var page = await client.GetStringAsync("/", TestContext.Current.CancellationToken);
        var asset = page.Split('"').First(text => text.EndsWith(".css", StringComparison.Ordinal));
        var styles = await client.GetStringAsync(asset, TestContext.Current.CancellationToken);

        Assert.Contains("--accent", styles, StringComparison.Ordinal);
    }

    [Fact]
    public Task May_be_killed() => shop.BreakAmidFiftyOrdersAsync(() => shop.KillAsync("shop"));

    [Fact]
    public async Task Without_its_database_a_module_answers_503_and_the_others_work()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(7))["id"]!;
        Guid order;
        await shop.ExecuteAsync("postgres", "ALTER DATABASE paymentsdb ALLOW_CONNECTIONS false");
        try
        {
            await shop.ExecuteAsync(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'paymentsdb'");

            order = await customer.OrderAsync(Customer.OrderOf(product));
            await customer.GetAsync($"/api/payments/{order}", HttpStatusCode.ServiceUnavailable);
            await customer.GetAsync("/api/users/me");
            await customer.GetAsync("/api/products");
            await customer.GetAsync("/api/shipping/rates");
            await customer.GetAsync($"/api/shipping/shipments/{order}", HttpStatusCode.NotFound);
            var overview = await customer.GetAsync($"/api/orders/{order}/overview");
            Assert.Equal(order, (Guid)overview["order"]!["id"]!);
            Assert.Equal(["payment"], overview["unavailable"]!.AsArray().Select(part => (string)part!));
        }
        finally
        {
            await shop.ExecuteAsync("postgres", "ALTER DATABASE paymentsdb ALLOW_CONNECTIONS true");
        }

        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order of that time");
    }

    [Fact]
    public Task Replays_dead_letters() => shop.ReplayDeadLetterOfOrdersAsync("shop", "replay-dead-letters-orders");

    [Fact]
    public async Task Tells_of_a_purchase_in_one_trace_and_of_nothing_twice()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        shop.Telemetry.IsRecording = true;
        try
        {
            var order = await customer.OrderAsync(Customer.OrderOf(product));
            await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order's delivery");

            string[] steps =
            [
                "POST /api/orders/{**rest}", "POST /api/orders/", "send payment-requested",
                "process payment-requested", "bank charge", "process payment-captured", "process shipment-requested",
                "parcel Delivered", "process shipment-delivered",
            ];
            await Eventually.Is(
                () => Task.FromResult(string.Join(", ", steps.Except(Trace().Select(span => span.Name)))),
                missing => missing.Length == 0,
                what: "The trace of the purchase, with all its steps,");
            Assert.All(Trace(), span => Assert.Equal("shop", span.Service));
            Assert.Contains(
                Trace(), span => span.Name.StartsWith("INSERT orders.", StringComparison.Ordinal));
            Assert.Equal(Trace().Count, Trace().DistinctBy(span => span.SpanId).Count());
        }
        finally
        {
            shop.Telemetry.IsRecording = false;
            shop.Telemetry.Clear();
        }

        List<OtlpSpan> Trace()
        {
            var spans = shop.Telemetry.Spans();
            var root = spans.FirstOrDefault(span => span.IsRoot && span.Name == "POST /api/orders/{**rest}");
            return [.. spans.Where(span => span.TraceId == root?.TraceId)];
        }
    }

    [Fact]
    public async Task Keeps_a_cart_without_Redis()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(8))["id"]!;
        var uri = new Uri("/api/cart", UriKind.Relative);

        await customer.Http.SendAsync(
            HttpMethod.Put, "/api/cart", new { lines = new[] { new { productId = product, quantity = 3 } } });

        var line = Assert.Single((await customer.GetAsync("/api/cart"))["lines"]!.AsArray())!;
        Assert.Equal((product, 3), ((Guid)line["productId"]!, (int)line["quantity"]!));
        await customer.Http.DeleteAsync(uri, TestContext.Current.CancellationToken);
        Assert.Empty((await customer.GetAsync("/api/cart"))["lines"]!.AsArray());
    }
}
