using System.Net;
using Aspire.Hosting.ApplicationModel;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

[Collection(nameof(ShopToRestart))]
public class UsersOutageTests(BreakableShop shop)
{
    private static readonly Uri Orders = new("/api/orders", UriKind.Relative);

    [Fact]
    [Trait("Fault", "F41")]
    public async Task Tokens_stay_valid_and_a_starting_service_does_not_reject_them()
    {
        var cancel = TestContext.Current.CancellationToken;
        var customer = await shop.NewCustomerAsync();
        string[] paths =
        [
            "/api/orders",
            $"/api/payments/{Guid.CreateVersion7()}",
            $"/api/shipping/shipments/{Guid.CreateVersion7()}",
        ];

        await shop.CommandAsync("users", KnownResourceCommands.StopCommand);
        await shop.App.ResourceNotifications.WaitForResourceAsync("users", KnownResourceStates.TerminalStates, cancel);
        var without = await Task.WhenAll(paths.Select(path => StatusAsync(customer, new(path, UriKind.Relative))));
        await shop.RestartAsync("orders");
        var atStart = await StatusAsync(customer, Orders);
        await shop.CommandAsync("users", KnownResourceCommands.StartCommand);
        await shop.App.ResourceNotifications.WaitForResourceHealthyAsync("users", cancel);
        List<HttpStatusCode> afterwards = [];
        await Eventually.Equals(HttpStatusCode.OK, async () =>
        {
            afterwards.Add(await StatusAsync(customer, Orders));
            return afterwards[^1];
        });

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NotFound], without);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, atStart);
        Assert.DoesNotContain(HttpStatusCode.Unauthorized, afterwards);
    }

    private static async Task<HttpStatusCode> StatusAsync(Customer customer, Uri path)
    {
        using var answer = await customer.Http.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
