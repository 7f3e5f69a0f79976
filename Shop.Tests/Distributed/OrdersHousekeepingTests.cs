using System.Net;
using Aspire.Hosting.Testing;
using Shop.Data;
using Shop.Orders;
using Shop.Tests.Messaging;

namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class OrdersHousekeepingTests(SharedShop shop)
{
    [Fact]
    public async Task Old_idempotent_answers_are_deleted()
    {
        var cancel = TestContext.Current.CancellationToken;
        var user = Guid.CreateVersion7();
        var now = DateTimeOffset.UnixEpoch.AddYears(30);
        await shop.ScalarAsync<int>(
            "ordersdb",
            """
            INSERT INTO orders.idempotency (user_id, route, key, fingerprint, status, body, at)
            SELECT $1, 'POST /api/orders', 'key-' || day, '', 201, '{}', $2 - make_interval(days => day)
                FROM generate_series(1, 20) AS day
            RETURNING 1
            """,
            user, now);
        await using var db = new OrdersDb(
            Backends.OptionsFor<OrdersDb>(await shop.App.GetConnectionStringAsync("ordersdb", cancel)));

        Assert.False(
            await IdempotencyRetention<OrdersDb>.DeleteAsync(
                db, now - IdempotencyRetention<OrdersDb>.Retention, cancel));

        Assert.Equal(
            7,
            await shop.ScalarAsync<long>(
                "ordersdb", "SELECT count(*) FROM orders.idempotency WHERE user_id = $1", user));
    }

    [Fact]
    public async Task Operators_can_list_and_discard_dead_letters()
    {
        var letter = Guid.CreateVersion7();
        await shop.ScalarAsync<int>(
            "ordersdb",
            """
            INSERT INTO orders.dead_letters (id, message_id, stream, entry_id, content, cause, attempts, at)
            VALUES ($1, $1, 'shop:payments', '1-1', '{', 'malformed', 0, now()) RETURNING 1
            """,
            letter);
        var http = await shop.OperatorAsync();

        var letters = await Customer.Read(
            await http.SendAsync(HttpMethod.Get, "/api/orders/dead-letters"), HttpStatusCode.OK);
        Assert.Contains(letters["items"]!.AsArray(), one => (Guid)one!["id"]! == letter);
        var customer = (await shop.NewCustomerAsync()).Http;
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await customer.SendAsync(HttpMethod.Get, "/api/orders/dead-letters")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await http.SendAsync(HttpMethod.Delete, $"/api/orders/dead-letters/{letter}")).StatusCode);

        Assert.Equal(
            0,
            await shop.ScalarAsync<long>("ordersdb", "SELECT count(*) FROM orders.dead_letters WHERE id = $1", letter));
    }
}
