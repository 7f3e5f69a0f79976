using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

/// <summary>What operators can read of an order's events and bookings.</summary>
[Collection(nameof(SharedShop))]
public class EventTrailTests(SharedShop shop)
{
    /// <summary>Of version 4: it does not begin with a time.</summary>
    private const string NoOrder = "c0ffee00-0000-4000-8000-000000000000";
    private static readonly string[] Services = ["orders", "payments", "shipping"];

    [Fact]
    public async Task The_events_of_an_order_are_listed_with_when_each_was_handled()
    {
        var customer = await shop.NewCustomerAsync();
        var operators = await shop.NewOperatorAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        var order = await customer.OrderAsync(Customer.OrderOf(product));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order");

        var events = await Eventually.Is(
            () => EventsAsync(operators, order),
            events => events.All(one => (bool)one["isSent"]!),
            what: "Every event of the order, sent,");

        Assert.Equal(
            [
                "shop.orders.payment-requested.v1", "shop.payments.payment-captured.v1",
                "shop.orders.shipment-requested.v1", "shop.shipping.shipment-created.v1",
                "shop.shipping.shipment-dispatched.v1", "shop.shipping.shipment-delivered.v1",
            ],
            events.Select(one => (string)one["type"]!)
                .Where(type => !type.StartsWith("shop.orders.order-", StringComparison.Ordinal)));
        Assert.Single(events, one => (string)one["type"]! == "shop.orders.order-placed.v1");
        // Of one machine, whose Redis has the same time; its streams count in milliseconds.
        Assert.All(
            events,
            one => Assert.InRange(
                (DateTimeOffset)one["sentAt"]! - (DateTimeOffset)one["at"]!,
                TimeSpan.FromMilliseconds(-1),
                TimeSpan.FromMinutes(1)));
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(events.Select(one => (string?)one["traceId"]).Distinct()));

        var ids = string.Join('&', events.Select(one => $"id={one["id"]}"));
        foreach (var (service, handled) in new[] { ("orders", 4), ("payments", 1), ("shipping", 1) })
        {
            var items = (await operators.ReadAsync($"/api/{service}/handled-events?{ids}"))["items"]!.AsArray();
            Assert.Equal(handled, items.Count);
            Assert.Empty(items.Select(item => (Guid)item!["id"]!).Except(events.Select(one => (Guid)one["id"]!)));
        }
    }

    [Fact]
    public async Task The_bookings_of_an_order_balance()
    {
        var customer = await shop.NewCustomerAsync();
        var operators = await shop.NewOperatorAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        var order = await customer.OrderAsync(Customer.OrderOf(product, postalCode: "00000"));
        await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(order), what: "The unserviceable order");

        var bookings = await Eventually.Is(
            async () => (await operators.ReadAsync($"/api/payments/{order}/ledger"))["items"]!.AsArray(),
            bookings => bookings.Count == 2,
            what: "The charge and its refund");
        Assert.Equal(["Capture", "Refund"], bookings.Select(booking => (string)booking!["kind"]!));
        foreach (var account in (string[])["Bank", "Sales"])
        {
            Assert.Equal(0, bookings
                .SelectMany(booking => booking!["entries"]!.AsArray())
                .Where(entry => (string)entry!["account"]! == account)
                .Sum(entry => (long)entry!["amount"]!["amount"]!));
        }

        Assert.Equal(
            HttpStatusCode.NotFound,
            (await operators.GetAsync(
                new Uri($"/api/payments/{Guid.CreateVersion7()}/ledger", UriKind.Relative),
                TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Questions_that_have_no_answer_are_refused()
    {
        var operators = await shop.NewOperatorAsync();
        var tooMany = string.Join('&', Enumerable.Range(0, 101).Select(_ => $"id={Guid.CreateVersion7()}"));
        foreach (var service in Services)
        {
            foreach (var path in (string[])[
                $"events/{NoOrder}", $"events/{Guid.CreateVersion7()}?after={NoOrder}",
                "handled-events", $"handled-events?{tooMany}", "handled-events?id=1",
            ])
            {
                using var answer = await operators.GetAsync(
                    new Uri($"/api/{service}/{path}", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(
                    (path, HttpStatusCode.BadRequest, "application/problem+json"),
                    (path, answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            }
        }
    }

    /// <summary>The first and the last moments that an id can name: before any event, and after all of them.</summary>
    [Theory]
    [InlineData("00000000-0000-7000-8000-000000000000")]
    [InlineData("80000000-0000-7000-8000-000000000000")]
    [InlineData("ffffffff-ffff-7fff-bfff-ffffffffffff")]
    public async Task There_are_no_events_at_the_ends_of_time(string id)
    {
        var operators = await shop.NewOperatorAsync();

        foreach (var path in (string[])[$"{id}", $"{Guid.CreateVersion7()}?after={id}"])
        {
            var page = await operators.ReadAsync($"/api/orders/events/{path}");
            Assert.Empty(page["items"]!.AsArray());
        }
    }

    private static async Task<JsonNode[]> EventsAsync(HttpClient operators, Guid order)
    {
        var events = new List<JsonNode>();
        foreach (var service in Services)
        {
            var page = await operators.ReadAsync($"/api/{service}/events/{order}");
            Assert.Null(page["next"]);
            events.AddRange(page["items"]!.AsArray()!);
        }

        // Of one machine, whose services have the same time.
        return [.. events.OrderBy(one => (string)one["id"]!, StringComparer.Ordinal)];
    }
}
