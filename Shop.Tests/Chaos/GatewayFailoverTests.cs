using System.Net;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>The replica of the gateway through which somebody follows an order is killed.</summary>
[Collection(nameof(ReplicatedShop))]
[Trait("Category", "Chaos")]
public class GatewayFailoverTests(ReplicatedShop shop)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Whoever_follows_an_order_sees_every_step_once_though_the_gateway_was_killed()
    {
        var replicas = await shop.ReplicasOfAsync("gateway");
        var killed = await shop.ProcessIdOfAsync(replicas[0]);
        var customer = await shop.NewCustomerAsync();
        using var first = await ClientOfAsync(replicas[0], customer);
        using var second = await ClientOfAsync(replicas[1], customer);
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(LongestWait);
        Guid order = default;
        List<LiveStep> steps = [];
        try
        {
            // The order waits for Payments when the gateway dies.
            await StallPaymentsAsync(async () =>
            {
                order = await customer.OrderAsync(Customer.OrderOf(product));
                await Assert.ThrowsAnyAsync<IOException>(
                    () => FollowAsync(first, onStep: () => Processes.SignalAsync(killed, "KILL")));
            });
            Assert.Equal(["Placed"], steps.Select(step => step.Status));
            // A step that nobody listened to has to come, too.
            await Eventually.Is(
                () => new Customer(second).StatusOfAsync(order),
                status => status != "Placed",
                what: "A step while nobody listens");
            await FollowAsync(second, onStep: () => Task.CompletedTask);

            Assert.Equal(["Placed", "Paid", "Preparing", "Shipped", "Delivered"], steps.Select(step => step.Status));
            Assert.Equal([1, 2, 3, 4, 5], steps.Select(step => step.Version));
        }
        finally
        {
            await shop.StartAgainAsync(replicas[0], killed);
            await shop.ReadyAsync(replicas[0]);
        }

        async Task FollowAsync(HttpClient gateway, Func<Task> onStep)
        {
            using var answer = await LiveStream.ConnectAsync(
                gateway, $"/api/orders/{order}/live", steps.LastOrDefault()?.EventId);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await foreach (var step in LiveStream.StepsAsync(answer, timeout.Token))
            {
                steps.Add(step);
                await onStep();
            }
        }
    }

    private async Task StallPaymentsAsync(Func<Task> meanwhile)
    {
        foreach (var replica in await shop.ReplicasOfAsync("payments"))
        {
            var inner = meanwhile;
            meanwhile = () => shop.StallAsync(replica, inner);
        }

        await meanwhile();
    }

    private async Task<HttpClient> ClientOfAsync(string replica, Customer customer)
    {
        var client = Clients.WithOwnConnectionsTo(await shop.AddressOfAsync(replica));
        client.DefaultRequestHeaders.Authorization = customer.Http.DefaultRequestHeaders.Authorization;
        return client;
    }
}
