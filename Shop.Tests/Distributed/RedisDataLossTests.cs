using System.Net;
using System.Reflection;
using Shop.Messaging;
using Shop.Tests.Chaos;
using StackExchange.Redis;

namespace Shop.Tests.Distributed;

/// <summary>
/// A shop in which nobody asks a second time: what an event does not bring about does not come about. Its machines
/// disagree about the time, by a minute where that is tolerated, and by ten where it is not.
/// </summary>
[CollectionDefinition(nameof(ShopWithoutDeadlines))]
public sealed class ShopWithoutDeadlines : RunningShop, ICollectionFixture<ShopWithoutDeadlines>
{
    protected override string[] Settings =>
    [
        .. ((string[])["FirstWait", "LongestWait", "Payment", "Shipment", "Dispatch"])
            .Select(deadline => $"--Services:orders:Settings:Orders:Deadlines:{deadline}=1.00:00:00"),
        // Ahead of everybody: whatever it issues is from the future.
        "--Services:users:Settings:Clock:Offset=00:00:30",
        // 90 s behind Users.
        "--Services:orders:Settings:Clock:Offset=-00:01:00",
        // A minute ahead of Users.
        "--Services:payments:Settings:Clock:Offset=00:01:30",
        "--Services:shipping:Settings:Clock:Offset=-00:10:00",
        // Slow enough for a cancellation that Redis has lost once.
        "--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:03",
    ];
}

[Collection(nameof(ShopWithoutDeadlines))]
public class RedisDataLossTests(ShopWithoutDeadlines shop)
{
    private static readonly string[] Consumers = ["orders", "payments", "shipping"];
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_deleted_account_is_forgotten_by_services_that_were_away()
    {
        var customer = await shop.NewCustomerAsync();
        await using var redis = await Streams.ConnectAsync(shop);
        var away = await Task.WhenAll(Consumers.Select(shop.ProcessIdOfAsync));
        try
        {
            foreach (var process in away)
                await Processes.SignalAsync(process, "STOP");

            var answer = await customer.Http.SendAsync(
                HttpMethod.Delete, "/api/users/me", new { password = "a long walk on the beach" });
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            await Eventually.Equals(
                0L,
                () => shop.ScalarAsync<long>("usersdb", "SELECT count(*) FROM users.outbox"),
                what: "Unsent events");
            await redis.GetDatabase().ExecuteAsync("FLUSHALL");
        }
        finally
        {
            foreach (var process in away)
                await Processes.SignalAsync(process, "CONT");
        }

        foreach (var service in Consumers)
        {
            await Eventually.Equals(
                1L,
                () =>
                    shop.ScalarAsync<long>(
                        $"{service}db",
                        $"SELECT count(*) FROM {service}.deleted_users WHERE user_id = $1",
                        customer.Id),
                what: $"The note in {service}");
        }
    }

    [Fact]
    public async Task Every_event_still_has_its_effect()
    {
        await using var redis = await Streams.ConnectAsync(shop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var losing = LoseAgainAndAgainAsync(redis.GetDatabase(), over.Token);
        var customer = await shop.NewCustomerAsync();
        var gone = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;

        // One order for every way that an order can go, each with events of its own.
        var delivered = await customer.OrderAsync(Customer.OrderOf(product));
        var declined = await customer.OrderAsync(Customer.OrderOf(product, token: "tok_declined"));
        var rejected = await customer.OrderAsync(Customer.OrderOf(product, postalCode: "00000"));
        var voided = await customer.OrderAsync(Customer.OrderOf(product, token: "tok_down"));
        await customer.CancelAsync(voided);
        var stopped = await StoppedAsync(customer, product);
        await gone.Http.SendAsync(HttpMethod.Delete, "/api/users/me", new { password = "a long walk on the beach" });

        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(delivered), Long, "The order that goes well");
        foreach (var (order, what) in new[]
        {
            (declined, "declined"),
            (rejected, "rejected"),
            (voided, "voided"),
        })
            await Eventually.Equals(
                "Cancelled", () => customer.StatusOfAsync(order), Long, $"The order that is {what}");

        foreach (var service in Consumers)
        {
            await Eventually.Equals(
                1L,
                () =>
                    shop.ScalarAsync<long>(
                        $"{service}db", $"SELECT count(*) FROM {service}.deleted_users WHERE user_id = $1", gone.Id),
                Long,
                $"The note in {service}");
        }

        await over.CancelAsync();
        await losing;
        Assert.Equal(
            (1, (long)(await customer.GetAsync($"/api/orders/{delivered}"))["total"]!["amount"]!),
            await shop.ChargesAsync(delivered));
        foreach (var order in new[] { declined, rejected, voided, stopped })
            Assert.Equal(0, (await shop.ChargesAsync(order)).Net);

        Assert.Empty(ReadTypes().Except(await SentTypesAsync()));
    }

    /// <summary>
    /// An order that was cancelled while its parcel was being packed. Where the cancellation was lost for so long that
    /// the parcel had left, the order was rightly delivered, and the next one is taken.
    /// </summary>
    private static async Task<Guid> StoppedAsync(Customer customer, Guid product)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var order = await customer.OrderAsync(Customer.OrderOf(product));
            await Eventually.Is(
                () => customer.StatusOfAsync(order),
                status => status is "Paid" or "Preparing",
                Long,
                "The order to stop");
            (await customer.CancelAsync(order)).Dispose();
            var end = await Eventually.Is(
                () => customer.StatusOfAsync(order),
                status => status is "Cancelled" or "Delivered",
                Long,
                "The order that is stopped");
            if (end == "Cancelled")
                return order;
        }

        Assert.Fail("Every parcel had left before the cancellation was there.");
        return default;
    }

    private static async Task LoseAgainAndAgainAsync(IDatabase redis, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await redis.ExecuteAsync("FLUSHALL");
            await Task.Delay(TimeSpan.FromSeconds(2), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Every type that a service reads of another's events.</summary>
    private static HashSet<string> ReadTypes() =>
        [.. from project in Repository.Services
            from type in Repository.Assembly(project).GetTypes()
            where type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IEvent))
            let name = (string)type.GetProperty("Type", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
            where !name.Split('.')[1].Equals(project["Shop.".Length..], StringComparison.OrdinalIgnoreCase)
            select name];

    private async Task<HashSet<string>> SentTypesAsync()
    {
        var types = new HashSet<string>();
        foreach (var service in (string[])["users", .. Consumers])
            types.UnionWith(
                await shop.RowsAsync(
                    $"{service}db",
                    $"SELECT type FROM {service}.outbox_sent UNION SELECT type FROM {service}.outbox",
                    row => row.GetString(0)));

        return types;
    }
}
