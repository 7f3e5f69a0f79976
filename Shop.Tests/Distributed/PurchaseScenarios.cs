using System.Net;

namespace Shop.Tests.Distributed;

/// <summary>What a purchase promises, in whichever processes the modules are.</summary>
public abstract class PurchaseScenarios(RunningShop shop)
{
    protected RunningShop Shop => shop;

    [Fact]
    public async Task A_purchase_is_delivered_and_charged_once()
    {
        var customer = await shop.NewCustomerAsync();
        var product = await customer.ProductAsync();

        var order = await customer.OrderAsync(Customer.OrderOf((Guid)product["id"]!, quantity: 2));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order's delivery");

        var seen = await customer.GetAsync($"/api/orders/{order}");
        Assert.Equal(
            ["Placed", "Paid", "Preparing", "Shipped", "Delivered"],
            seen["history"]!.AsArray().Select(step => (string)step!["status"]!));
        var total = (long)seen["total"]!["amount"]!;
        Assert.Equal(((long)product["price"]!["amount"]! * 2) + (long)seen["shipping"]!["amount"]!, total);

        var payment = await customer.GetAsync($"/api/payments/{order}");
        Assert.Equal(
            ("Captured", total, 0L),
            ((string)payment["status"]!, (long)payment["captured"]!["amount"]!, (long)payment["refunded"]!["amount"]!));
        var shipment = await customer.GetAsync($"/api/shipping/shipments/{order}");
        Assert.Equal("Delivered", (string)shipment["status"]!);
        Assert.Equal("Delivered", (string)shipment["events"]!.AsArray()[^1]!["status"]!);

        Assert.Equal(
            1,
            await shop.ScalarAsync<long>("usersdb", "SELECT count(*) FROM users.accounts WHERE id = $1", customer.Id));
        Assert.Equal(
            1,
            await shop.ScalarAsync<long>(
                "ordersdb", "SELECT count(*) FROM orders.orders WHERE id = $1 AND status = 'Delivered'", order));
        Assert.Equal(
            1,
            await shop.ScalarAsync<long>(
                "paymentsdb",
                "SELECT count(*) FROM payments.payments WHERE order_id = $1 AND status = 'Captured'",
                order));
        Assert.Equal(
            1,
            await shop.ScalarAsync<long>(
                "shippingdb",
                "SELECT count(*) FROM shipping.shipments WHERE order_id = $1 AND status = 'Delivered'",
                order));
        Assert.Equal((1, total), await shop.ChargesAsync(order));
    }

    [Fact]
    public async Task A_declined_order_is_cancelled_and_its_stock_released()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(1))["id"]!;
        var before = await shop.AvailableAsync(product);

        var order = await customer.OrderAsync(Customer.OrderOf(product, quantity: 3, token: "tok_declined"));
        await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(order), what: "The declined order");

        Assert.Equal(before, await shop.AvailableAsync(product));
        Assert.Equal((0, 0), await shop.ChargesAsync(order));
        var last = (await customer.GetAsync($"/api/orders/{order}"))["history"]!.AsArray()[^1]!;
        Assert.False(string.IsNullOrWhiteSpace((string?)last["reason"]), "The customer is told why.");
    }

    [Fact]
    public async Task An_undeliverable_order_is_cancelled_and_refunded()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(2))["id"]!;
        var before = await shop.AvailableAsync(product);

        var order = await customer.OrderAsync(Customer.OrderOf(product, postalCode: "00000"));
        await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(order), what: "The unserviceable order");

        Assert.Equal(before, await shop.AvailableAsync(product));
        Assert.Equal(0, (await shop.ChargesAsync(order)).Net);
        Assert.Equal("Refunded", (string)(await customer.GetAsync($"/api/payments/{order}"))["status"]!);
    }

    [Fact]
    public async Task An_order_cancelled_at_once_costs_nothing_and_releases_its_stock()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.ProductAsync(4))["id"]!;
        var before = await shop.AvailableAsync(product);

        var order = await customer.OrderAsync(Customer.OrderOf(product, token: "tok_slow"));
        await Customer.Read(await customer.CancelAsync(order), HttpStatusCode.Accepted);
        await Eventually.Equals(
            "Cancelled",
            () => customer.StatusOfAsync(order),
            within: TimeSpan.FromSeconds(60),
            what: "The cancelled order");

        Assert.Equal(before, await shop.AvailableAsync(product));
        await Eventually.Equals(0, async () => (await shop.ChargesAsync(order)).Net, what: "The net charge");
    }

    [Fact]
    public async Task The_overview_shows_order_payment_and_shipment()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.ProductAsync(5))["id"]!));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order));

        var overview = await customer.GetAsync($"/api/orders/{order}/overview");

        Assert.Equal(order, (Guid)overview["order"]!["id"]!);
        Assert.Equal("Captured", (string)overview["payment"]!["status"]!);
        Assert.Equal("Delivered", (string)overview["shipment"]!["status"]!);
        Assert.Empty(overview["unavailable"]!.AsArray());
    }

    [Fact]
    public async Task What_belongs_to_another_customer_does_not_exist()
    {
        var owner = await shop.NewCustomerAsync();
        var order = await owner.OrderAsync(Customer.OrderOf((Guid)(await owner.ProductAsync(6))["id"]!));
        await Eventually.Equals("Delivered", () => owner.StatusOfAsync(order));
        string[] paths =
        [
            $"/api/orders/{order}", $"/api/orders/{order}/overview", $"/api/payments/{order}",
            $"/api/shipping/shipments/{order}",
        ];

        var other = await shop.NewCustomerAsync();
        foreach (var path in paths)
        {
            await owner.GetAsync(path);
            await other.GetAsync(path, HttpStatusCode.NotFound);
            await shop.Anonymous().GetAsync(path, HttpStatusCode.Unauthorized);
        }

        await Customer.Read(await other.CancelAsync(order), HttpStatusCode.NotFound);
    }
}
