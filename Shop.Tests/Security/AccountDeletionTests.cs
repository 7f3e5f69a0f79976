using System.Net;
using Aspire.Hosting.Testing;
using Shop.Data;
using Shop.Messaging;
using Shop.Orders;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop))]
public class AccountDeletionTests(SharedShop shop)
{
    private const string Me = "/api/users/me";
    private static readonly string[] Services = ["orders", "payments", "shipping"];

    [Fact]
    public async Task Orders_and_bookings_stay_without_personal_data()
    {
        var (holder, tokens) = await SignedInAsync();
        var customer = shop.Anonymous();
        customer.Http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.Access);
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        var order = await customer.OrderAsync(Customer.OrderOf(product));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order));
        await Customer.Read(
            await holder.SendAsync(
                HttpMethod.Put,
                "/api/cart",
                new { lines = new[] { new { productId = product, quantity = 1 } } },
                tokens),
            HttpStatusCode.OK);
        var asOperator = await shop.OperatorAsync();
        await Customer.Read(
            await asOperator.SendAsync(
                $"/api/payments/{order}/refunds",
                new { reason = "Ada called, her cat is ill", amount = new { amount = 1, currency = "EUR" } },
                Customer.NewKey()),
            HttpStatusCode.Accepted);
        await Eventually.Equals(
            1L,
            () =>
                shop.ScalarAsync<long>(
                    "paymentsdb", "SELECT refunded FROM payments.payments WHERE order_id = $1", order),
            what: "The refund");
        var before = await BooksAsync(order);

        var answer = await holder.SendAsync(
            HttpMethod.Delete, Me, new { password = AccountHolder.FirstPassword }, tokens);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(0, await shop.ScalarAsync<long>(
            "usersdb",
            """
            SELECT (SELECT count(*) FROM users.accounts WHERE id = $1)
                + (SELECT count(*) FROM users.sessions WHERE account_id = $1)
                + (SELECT count(*) FROM users.addresses WHERE account_id = $1)
            """,
            holder.Id));
        await Eventually.Equals("||||||DE|", () => shop.ScalarAsync<string>(
            "ordersdb",
            "SELECT concat_ws('|', ship_to->>'name', ship_to->>'line1', coalesce(ship_to->>'line2', ''), "
                + "ship_to->>'city', ship_to->>'postalCode', '', ship_to->>'country', payment_token) FROM "
                + "orders.orders WHERE id = $1",
            order), what: "The order without a name");
        await Eventually.Equals("|||||DE", () => shop.ScalarAsync<string>(
            "shippingdb",
            "SELECT concat_ws('|', ship_to->>'Name', ship_to->>'Line1', coalesce(ship_to->>'Line2', ''), "
                + "ship_to->>'City', ship_to->>'PostalCode', ship_to->>'Country') FROM shipping.shipments WHERE "
                + "order_id = $1",
            order), what: "The shipment without a name");
        Assert.Equal(0, await shop.ScalarAsync<long>(
            "shippingdb",
            "SELECT count(place) FROM shipping.tracking_events e JOIN shipping.shipments s ON s.id = e.shipment_id "
                + "WHERE s.order_id = $1",
            order));
        await Eventually.Equals(0L, () => shop.ScalarAsync<long>(
            "paymentsdb",
            "SELECT count(*) FROM payments.payments p LEFT JOIN payments.refunds r ON r.payment_id = p.id WHERE "
                + "p.order_id = $1 AND (p.token IS NOT NULL OR r.reason IS NOT NULL)",
            order), what: "The payment without words");
        Assert.Equal(
            0,
            await shop.ScalarAsync<long>(
                "ordersdb", "SELECT count(*) FROM orders.idempotency WHERE user_id = $1", holder.Id));
        Assert.Equal(before, await BooksAsync(order));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            (await shop.App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken))!);
        Assert.False(await redis.GetDatabase().KeyExistsAsync($"shop:cart:customer:{holder.Id}"));
    }

    [Fact]
    public async Task Erasure_waits_for_an_unfinished_order()
    {
        var (holder, tokens) = await SignedInAsync();
        var customer = shop.Anonymous();
        customer.Http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.Access);
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        var order = await customer.OrderAsync(Customer.OrderOf(product, token: "tok_slow"));

        Assert.Equal(
            HttpStatusCode.NoContent,
            (await holder.SendAsync(
                HttpMethod.Delete, Me, new { password = AccountHolder.FirstPassword }, tokens)).StatusCode);
        // Whose access token is still good elsewhere may order until it expires; that is forgotten as well.
        var late = await customer.OrderAsync(Customer.OrderOf(product));

        foreach (var service in Services)
            await Eventually.Equals(1L, () => NotedAsync(service, holder.Id), what: $"The note in {service}");

        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(late));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), within: TimeSpan.FromSeconds(60));
        Assert.Equal(
            "Berlin",
            await shop.ScalarAsync<string>(
                "shippingdb",
                "SELECT place FROM shipping.tracking_events e JOIN shipping.shipments s ON s.id = e.shipment_id WHERE "
                    + "s.order_id = $1 AND e.status = 'Delivered'",
                order));

        // Instead of waiting for the next look.
        foreach (var service in Services)
            await shop.RowsAsync(
                $"{service}db",
                $"UPDATE {service}.deleted_users SET due_at = now() WHERE user_id = $1",
                row => row.FieldCount,
                holder.Id);

        await Eventually.Equals(0L, () => shop.ScalarAsync<long>(
            "ordersdb",
            "SELECT count(*) FROM orders.orders WHERE customer_id = $1 AND (ship_to->>'name' <> '' OR payment_token <> "
                + "'')",
            holder.Id),
            what: "Names in orders");
        await Eventually.Equals(0L, () => shop.ScalarAsync<long>(
            "shippingdb",
            "SELECT count(*) FROM shipping.shipments WHERE customer_id = $1 AND ship_to->>'Name' <> ''",
            holder.Id),
            what: "Names in shipments");
        Assert.Equal(
            2,
            await shop.ScalarAsync<long>(
                "ordersdb",
                "SELECT count(*) FROM orders.orders WHERE customer_id = $1 AND status = 'Delivered'",
                holder.Id));
    }

    [Fact]
    public async Task A_repeated_or_unknown_deletion_has_no_effect()
    {
        var unknown = Guid.CreateVersion7();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            (await shop.App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken))!);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var told = Envelope.Write(
                Guid.CreateVersion7(),
                new Users.UserDeleted(unknown, DateTimeOffset.UnixEpoch),
                DateTimeOffset.UnixEpoch,
                cause: null);
            await redis.GetDatabase().StreamAddAsync("shop:users", Envelope.Field, told);
        }

        foreach (var service in Services)
        {
            await Eventually.Equals(1L, () => NotedAsync(service, unknown), what: $"The note in {service}");
            // Deleted long ago by the event, so that after one look there is none to follow.
            await Eventually.Equals(1L, () => shop.ScalarAsync<long>(
                $"{service}db",
                $"SELECT count(*) FROM {service}.deleted_users WHERE user_id = $1 AND due_at IS NULL",
                unknown),
                what: $"The last look of {service}");
            Assert.Equal(
                0,
                await shop.ScalarAsync<long>(
                    $"{service}db",
                    $"SELECT count(*) FROM {service}.dead_letters WHERE subject = $1",
                    unknown.ToString()));
        }
    }

    [Fact, Trait("Checklist", "J15")]
    public async Task Deletion_ends_sessions_and_users_refuses_the_token_at_once()
    {
        var (holder, tokens) = await SignedInAsync();
        var other = await holder.SignInAsync();

        Assert.Equal(
            HttpStatusCode.NoContent,
            (await holder.SendAsync(
                HttpMethod.Delete, Me, new { password = AccountHolder.FirstPassword }, tokens)).StatusCode);

        foreach (var (method, path, body) in (IEnumerable<(HttpMethod, string, object?)>)
            [
                (HttpMethod.Get, Me, null), (HttpMethod.Patch, Me, new { name = "x" }),
                (HttpMethod.Get, $"{Me}/addresses", null),
                    (HttpMethod.Delete, Me, new { password = AccountHolder.FirstPassword })])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await holder.SendAsync(method, path, body, tokens)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await holder.SendAsync(method, path, body, other)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TryRefreshAsync(other)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TrySignInAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await holder.TryRegisterAsync()).StatusCode);
        await holder.SignInAsync();
    }

    [Fact]
    public async Task Deletion_needs_the_password()
    {
        var (holder, tokens) = await SignedInAsync();

        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await holder.SendAsync(
                HttpMethod.Delete, Me, new { password = "not the password of anybody" }, tokens)).StatusCode);
        Assert.Equal(
            HttpStatusCode.BadRequest, (await holder.SendAsync(HttpMethod.Delete, Me, new { }, tokens)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await holder.SendAsync(HttpMethod.Delete, Me, new { password = AccountHolder.FirstPassword })).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await holder.MeAsync(tokens)).StatusCode);
    }

    private async Task<(AccountHolder Holder, TokenPair Tokens)> SignedInAsync()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        return (holder, await holder.SignInAsync());
    }

    private Task<long> NotedAsync(string service, Guid user) =>
        shop.ScalarAsync<long>(
            $"{service}db", $"SELECT count(*) FROM {service}.deleted_users WHERE user_id = $1", user);

    private async Task<string> BooksAsync(Guid order) => string.Join(' ',
        await shop.ScalarAsync<string>(
            "ordersdb",
            "SELECT concat_ws(' ', status, total_amount, lines, history) FROM orders.orders WHERE id = $1",
            order),
        await shop.ScalarAsync<string>(
            "paymentsdb",
            "SELECT concat_ws(' ', status, captured, refunded) FROM payments.payments WHERE order_id = $1",
            order),
        await shop.ScalarAsync<string>(
            "paymentsdb",
            """
            SELECT string_agg(concat_ws(' ', t.kind, e.account, e.amount), ', ' ORDER BY t.id, e.account)
            FROM payments.ledger_transactions t JOIN payments.ledger_entries e ON e.transaction_id = t.id
            JOIN payments.payments p ON p.id = t.payment_id WHERE p.order_id = $1
            """,
            order),
        await shop.ScalarAsync<string>(
            "shippingdb",
            "SELECT concat_ws(' ', status, tracking_number) FROM shipping.shipments WHERE order_id = $1",
            order));
}

/// <summary>When a service looks again at what it keeps of a deleted user, without the shop.</summary>
public class ErasureScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 60)]
    [InlineData(59, 1)]
    [InlineData(60, 24 * 60)]
    [InlineData(29 * 24 * 60, 24 * 60)]
    public void Erasure_runs_again_when_the_last_token_has_expired_and_then_daily(int minutesAgo, int minutesUntil) =>
        Assert.Equal(
            Now.AddMinutes(minutesUntil), ErasureLoop<OrdersDb>.NextLook(TimeSpan.FromMinutes(minutesAgo), Now));

    [Fact]
    public void Erasure_ends_when_no_message_and_no_order_can_be_pending()
    {
        Assert.Null(ErasureLoop<OrdersDb>.NextLook(TimeSpan.FromDays(30), Now));
        Assert.True(new OrderDeadlines().Dispatch + RetentionWorker<OrdersDb>.UnreadAge < TimeSpan.FromDays(29));
    }
}
