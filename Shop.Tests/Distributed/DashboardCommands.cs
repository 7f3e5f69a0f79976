using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

/// <summary>What an operator does in the dashboard, and what there is to do.</summary>
internal static class DashboardCommands
{
    /// <summary>A dead letter of Orders: somebody has deleted their account.</summary>
    public static Task GiveUpAsync(this RunningShop shop, Guid user, string data) => shop.ExecuteAsync(
        "ordersdb",
        """
        INSERT INTO orders.dead_letters (id, message_id, stream, entry_id, type, subject, content, cause, attempts, at)
        VALUES ($1, $2, 'shop:users', '1-1', 'shop.users.user-deleted.v1', $2::text, $3, 'A test', 1, now())
        """,
        Guid.CreateVersion7(),
        user,
        $$"""
        {"specversion":"1.0","id":"{{user}}","source":"/shop/users","type":"shop.users.user-deleted.v1",
            "subject":"{{user}}","time":"2026-01-01T00:00:00Z","data":{{data}}}
        """);

    public static async Task<ExecuteCommandResult> ExecuteCommandAsync(
        this RunningShop shop, string resource, string command)
    {
        var cancel = TestContext.Current.CancellationToken;
        var seen = await shop.App.ResourceNotifications.WaitForResourceAsync(resource, _ => true, cancel);
        return await shop.App.ResourceCommands.ExecuteCommandAsync(seen.ResourceId, command, cancel);
    }

    /// <summary>A message that was given up has its effect after the command, and is no dead letter any more.</summary>
    public static async Task ReplayDeadLetterOfOrdersAsync(this RunningShop shop, string resource, string command)
    {
        var user = Guid.CreateVersion7();
        await shop.GiveUpAsync(user, $$"""{"userId":"{{user}}","deletedAt":"2026-01-01T00:00:00Z"}""");

        var result = await shop.ExecuteCommandAsync(resource, command);

        Assert.Equal((true, "1 messages were handled."), (result.Success, result.Message));
        Assert.Equal(0, await shop.ScalarAsync<long>("ordersdb", "SELECT count(*) FROM orders.dead_letters"));
        Assert.Equal(
            1,
            await shop.ScalarAsync<long>(
                "ordersdb", "SELECT count(*) FROM orders.deleted_users WHERE user_id = $1", user));
    }
}
