namespace Shop.Tests.Distributed;

[Collection(nameof(SharedShop))]
public class DashboardCommandTests(SharedShop shop)
{
    [Fact]
    public async Task Seed_orders_places_twenty_that_all_end()
    {
        var before = await OrdersAsync("true");

        var result = await shop.ExecuteCommandAsync("orders", "seed-orders");

        Assert.True(result.Success, result.Message);
        Assert.Equal(20, await OrdersAsync("true") - before);
        await Eventually.Equals(
            0,
            async () => await OrdersAsync("status NOT IN ('Delivered', 'Cancelled')"),
            within: TimeSpan.FromSeconds(60),
            what: "Orders under way");
    }

    [Fact]
    public Task Replay_dead_letters_handles_what_was_given_up() =>
        shop.ReplayDeadLetterOfOrdersAsync("orders", "replay-dead-letters");

    [Fact]
    public async Task Replay_dead_letters_says_what_could_not_be_handled_and_keeps_it()
    {
        var user = Guid.CreateVersion7();
        await shop.GiveUpAsync(user, "[]");

        var result = await shop.ExecuteCommandAsync("orders", "replay-dead-letters");

        Assert.False(result.Success);
        Assert.Equal(
            "0 messages were handled, 1 were not. The message is malformed or nobody here handles its type; it can "
                + "only be discarded.",
            result.Message);
        Assert.Equal(
            1,
            await shop.ScalarAsync<long>(
                "ordersdb", "SELECT count(*) FROM orders.dead_letters WHERE message_id = $1", user));
        await shop.ExecuteAsync("ordersdb", "DELETE FROM orders.dead_letters WHERE message_id = $1", user);
    }

    [Fact]
    public async Task Reconcile_makes_a_report()
    {
        const string Completed =
            "SELECT count(*) FROM payments.reconciliations WHERE status = 'Completed' AND asked_by IS NOT NULL";
        var before = await shop.ScalarAsync<long>("paymentsdb", Completed);

        var result = await shop.ExecuteCommandAsync("payments", "reconcile");

        Assert.True(result.Success, result.Message);
        Assert.Matches(@"^\d+ records were compared: 0 differences\.$", result.Message);
        Assert.Equal(1, await shop.ScalarAsync<long>("paymentsdb", Completed) - before);
    }

    [Fact]
    public async Task Rotate_signing_keys_publishes_the_next_key()
    {
        var result = await shop.ExecuteCommandAsync("users", "rotate-signing-keys");

        Assert.True(result.Success, result.Message);
        var next = await shop.ScalarAsync<string>(
            "usersdb", "SELECT id FROM users.signing_keys WHERE active_from > now()");
        Assert.StartsWith($"Key {next} is published", result.Message, StringComparison.Ordinal);
    }

    private async Task<long> OrdersAsync(string condition) => await shop.ScalarAsync<long>(
        "ordersdb",
        $"SELECT count(*) FROM orders.orders WHERE customer_id = $1 AND {condition}",
        await shop.ScalarAsync<Guid>("usersdb", "SELECT id FROM users.accounts WHERE email = 'alice@shop.example'"));
}
