using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class HoldShipmentTests(SharedShop shop)
{
    [Fact]
    public async Task A_held_shipment_is_not_dispatched_until_released()
    {
        var (customer, operators) = (await shop.NewCustomerAsync(), await shop.NewOperatorAsync());
        var held = await OrderInTimeToAsync("hold", customer, operators);

        // Another parcel goes all the way meanwhile.
        var other = await customer.OrderAsync(await OrderAsync(customer));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(other), what: "The order behind");
        var shipment = await ShipmentAsync(customer, held);
        Assert.Equal(("Created", true), ((string)shipment["status"]!, (bool)shipment["held"]!));
        Assert.Equal(HttpStatusCode.Conflict, (await operators.SendAsync(Path(held, "hold"))).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await operators.SendAsync(Path(held, "dispatch"))).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await operators.SendAsync(Path(held, "release"))).StatusCode);
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(held), what: "The released order");
        foreach (var wish in new[] { "hold", "release", "dispatch" })
            Assert.Equal(HttpStatusCode.Conflict, (await operators.SendAsync(Path(held, wish))).StatusCode);
    }

    [Fact]
    public async Task An_order_with_a_held_shipment_can_be_cancelled()
    {
        var (customer, operators) = (await shop.NewCustomerAsync(), await shop.NewOperatorAsync());
        var held = await OrderInTimeToAsync("hold", customer, operators);

        await Customer.Read(await customer.CancelAsync(held), HttpStatusCode.Accepted);
        await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(held), what: "The cancelled order");

        var shipment = await ShipmentAsync(customer, held);
        Assert.Equal(("Stopped", false), ((string)shipment["status"]!, (bool)shipment["held"]!));
        Assert.Equal(0, (await shop.ChargesAsync(held)).Net);
    }

    [Fact]
    public async Task Holding_and_dispatching_need_an_operator()
    {
        var (customer, operators) = (await shop.NewCustomerAsync(), await shop.NewOperatorAsync());
        var sent = await OrderInTimeToAsync("dispatch", customer, operators);
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(sent), what: "The order that was sent off");

        Assert.Equal(HttpStatusCode.Forbidden, (await customer.Http.SendAsync(Path(sent, "hold"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound, (await operators.SendAsync(Path(Guid.CreateVersion7(), "hold"))).StatusCode);
        var events = (await ShipmentAsync(customer, sent))["events"]!.AsArray()
            .Select(seen => (string)seen!["status"]!);
        Assert.Equal(["Created", "Dispatched", "InTransit", "Delivered"], events);
    }

    private static string Path(Guid order, string wish) => $"/api/shipping/shipments/{order}/{wish}";

    private static Task<JsonNode> ShipmentAsync(Customer customer, Guid order) =>
        customer.GetAsync($"/api/shipping/shipments/{order}");

    private static async Task<JsonObject> OrderAsync(Customer customer) =>
        Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!);

    /// <summary>
    /// Parcels are quick here and may be gone before the operator is there; then the next one is taken.
    /// </summary>
    private static async Task<Guid> OrderInTimeToAsync(string wish, Customer customer, HttpClient operators)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var order = await customer.OrderAsync(await OrderAsync(customer));
            var (status, _) = await Eventually.Is(
                async () =>
                {
                    var answer = await operators.SendAsync(Path(order, wish));
                    return (answer.StatusCode, Detail: await answer.Content.ReadAsStringAsync());
                },
                answer =>
                    answer.StatusCode == HttpStatusCode.OK
                        || answer.Detail.Contains("left the house", StringComparison.Ordinal),
                what: $"The parcel to {wish}");
            if (status == HttpStatusCode.OK)
                return order;
        }

        Assert.Fail($"Every parcel had left before it was possible to {wish} it.");
        return default;
    }
}
