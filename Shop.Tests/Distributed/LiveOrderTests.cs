using System.Net;

namespace Shop.Tests.Distributed;

/// <summary>What a customer who keeps an order open sees of it, through the gateway.</summary>
[Collection(nameof(SharedShop))]
public sealed class LiveOrderTests(SharedShop shop)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_step_arrives_once_and_in_its_order()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await NewOrderAsync(customer);

        var steps = await FollowAsync(customer, $"/api/orders/{order}/live", until: IsDelivered);

        Assert.Equal(["Placed", "Paid", "Preparing", "Shipped", "Delivered"], steps.Select(step => step.Status));
        Assert.Equal([1, 2, 3, 4, 5], steps.Select(step => step.Version));
        Assert.Equal(["1", "2", "3", "4", "5"], steps.Select(step => step.EventId));
        var history = (await customer.GetAsync($"/api/orders/{order}"))["history"]!.AsArray();
        Assert.Equal(history.Select(step => (string?)step!["reason"]), steps.Select(step => step.Reason));
    }

    [Fact]
    public async Task Whoever_connects_again_gets_what_came_since()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await NewOrderAsync(customer, token: "tok_declined");
        await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(order));

        var steps = await FollowAsync(customer, $"/api/orders/{order}/live", lastEvent: "1", until: _ => false);
        var nothing = await FollowAsync(customer, $"/api/orders/{order}/live", lastEvent: "2", until: _ => false);

        Assert.Equal([2], steps.Select(step => step.Version));
        Assert.Empty(nothing);
    }

    [Fact]
    public async Task All_orders_of_a_customer_tell_of_themselves_and_no_others()
    {
        var (customer, stranger) = (await shop.NewCustomerAsync(), await shop.NewCustomerAsync());
        var before = await NewOrderAsync(customer, token: "tok_declined");
        await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(before));
        var order = Guid.Empty;

        var steps = await FollowAsync(
            customer,
            "/api/orders/live",
            until: IsDelivered,
            onConnected: async () =>
            {
                await NewOrderAsync(stranger);
                order = await NewOrderAsync(customer);
            });

        Assert.All(steps, step => Assert.Equal(order, step.Order));
        Assert.Equal(steps.Select(step => step.Version).Distinct().Order(), steps.Select(step => step.Version));
        var again = await FollowAsync(
            customer, "/api/orders/live", lastEvent: steps[^1].EventId, until: step => step.Order == order);
        Assert.Equal(5, again[^1].Version);
    }

    [Fact]
    public async Task A_customer_has_a_bounded_number_of_connections()
    {
        var customer = await shop.NewCustomerAsync();
        var open = new List<HttpResponseMessage>();
        try
        {
            for (var count = 0; count < 10; count++)
                open.Add(await ConnectAsync(customer, "/api/orders/live"));

            Assert.All(open, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            using var refused = await ConnectAsync(customer, "/api/orders/live");
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);

            open[0].Dispose();
            await Eventually.Is(
                async () =>
                {
                    using var answer = await ConnectAsync(customer, "/api/orders/live");
                    return answer.StatusCode;
                },
                status => status == HttpStatusCode.OK,
                what: "Room for another connection");
        }
        finally
        {
            open.ForEach(answer => answer.Dispose());
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("yesterday")]
    public async Task What_is_no_position_is_refused(string lastEvent)
    {
        var customer = await shop.NewCustomerAsync();
        var order = await NewOrderAsync(customer);
        foreach (var path in (string[])["/api/orders/live", $"/api/orders/{order}/live"])
        {
            using var answer = await ConnectAsync(customer, path, lastEvent);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    private static bool IsDelivered(LiveStep step) => step.Status == "Delivered";

    private static async Task<Guid> NewOrderAsync(Customer customer, string token = "tok_visa") =>
        await customer.OrderAsync(
            Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!, token: token));

    private static Task<HttpResponseMessage> ConnectAsync(
        Customer customer, string path, string? lastEvent = null) =>
        LiveStream.ConnectAsync(customer.Http, path, lastEvent);

    /// <summary>The steps up to the one that is waited for, or to the end of the stream.</summary>
    private static async Task<List<LiveStep>> FollowAsync(
        Customer customer, string path, Func<LiveStep, bool> until, string? lastEvent = null,
        Func<Task>? onConnected = null)
    {
        using var timeout =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(LongestWait);
        using var answer = await ConnectAsync(customer, path, lastEvent);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        if (onConnected is not null)
            await onConnected();

        List<LiveStep> steps = [];
        try
        {
            await foreach (var step in LiveStream.StepsAsync(answer, timeout.Token))
            {
                steps.Add(step);
                if (until(step))
                    break;
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"What was waited for did not come. Seen: {string.Join(", ", steps)}");
        }

        return steps;
    }
}
