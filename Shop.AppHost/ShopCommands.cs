using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using Service = Aspire.Hosting.ApplicationModel.IResourceBuilder<Aspire.Hosting.ApplicationModel.ProjectResource>;

namespace Shop.AppHost;

/// <summary>
/// Commands of the dashboard. Each calls the gateway as one of the demo accounts. If the shop refuses, the command
/// fails with the shop's own message.
/// </summary>
internal static class ShopCommands
{
    private const int Orders = 20;

    // Most orders succeed, some payments are declined, some are delayed.
    private static readonly string[] Tokens = ["tok_visa", "tok_visa", "tok_declined", "tok_visa", "tok_flaky"];

    public static Service WithSeedOrdersCommand(this Service service) =>
        service.WithShopCommand(
            "seed-orders", "Seed orders", $"Places {Orders} orders as Alice.", "Cart", SeedOrdersAsync);

    /// <summary>Named after the module where several share a process.</summary>
    public static Service WithReplayDeadLettersCommand(this Service service, string module) =>
        service.WithShopCommand(
            service.Resource.Name == module ? "replay-dead-letters" : $"replay-dead-letters-{module}",
            service.Resource.Name == module ? "Replay dead letters" : $"Replay dead letters of {module}",
            "Handles every message that was given up once more.",
            "ArrowRepeatAll",
            (services, cancel) =>
                ReplayDeadLettersAsync(services, $"/api/{module}/dead-letters", cancel));

    public static Service WithReconcileCommand(this Service payments) =>
        payments.WithShopCommand(
            "reconcile", "Reconcile", "Compares our payments with the bank's record.", "Scales", ReconcileAsync);

    public static Service WithRotateSigningKeysCommand(this Service users) =>
        users.WithShopCommand(
            "rotate-signing-keys", "Rotate signing keys", "Publishes the next signing key.", "Key", RotateAsync);

    /// <summary>A command for what is healthy; it fails with the message of whoever refuses it.</summary>
    public static IResourceBuilder<TResource> WithShopCommand<TResource>(
        this IResourceBuilder<TResource> resource, string name, string displayName, string description, string icon,
        Func<IServiceProvider, CancellationToken, Task<string>> run)
        where TResource : IResource =>
        resource.WithCommand(
            name,
            displayName,
            async context =>
            {
                try
                {
                    return CommandResults.Success(await run(context.Services, context.CancellationToken));
                }
                catch (Exception refusal) when (refusal is HttpRequestException or RedisException)
                {
                    return CommandResults.Failure(refusal.Message);
                }
            },
            new()
            {
                Description = description,
                IconName = icon,
                UpdateState = context => context.ResourceSnapshot.HealthStatus == HealthStatus.Healthy
                    ? ResourceCommandState.Enabled
                    : ResourceCommandState.Disabled,
            });

    private static async Task<string> SeedOrdersAsync(IServiceProvider services, CancellationToken cancel)
    {
        using var shop = await ShopClient.SignInAsync(services, DemoAccounts.Alice, cancel);
        var catalogue = await shop.SendAsync(HttpMethod.Get, "/api/products?limit=50", cancel);
        var products = catalogue!["items"]!.AsArray().Where(product => (int)product!["available"]! > Orders).ToArray();
        if (products is [])
            throw new HttpRequestException("Everything is sold out. Raise the stock of a product first.");

        for (var number = 0; number < Orders; number++)
        {
            var order = new
            {
                lines = new[] { new { productId = (Guid)products[number % products.Length]!["id"]!, quantity = 1 } },
                shipTo = new
                {
                    name = "Alice",
                    line1 = "Invalidenstr. 1",
                    city = "Berlin",
                    postalCode = "10115",
                    country = "DE",
                },
                paymentToken = Tokens[number % Tokens.Length],
            };
            await shop.SendAsync(HttpMethod.Post, "/api/orders", cancel, order);
        }

        return $"{Orders} orders were placed.";
    }

    private static async Task<string> ReplayDeadLettersAsync(
        IServiceProvider services, string path, CancellationToken cancel)
    {
        using var shop = await ShopClient.SignInAsync(services, DemoAccounts.Operator, cancel);
        var replayed = 0;
        var refusals = new List<string>();
        string? after = null;
        do
        {
            var page = await shop.SendAsync(HttpMethod.Get, after is null ? path : $"{path}?after={after}", cancel);
            foreach (var letter in page!["items"]!.AsArray())
            {
                try
                {
                    await shop.SendAsync(HttpMethod.Post, $"{path}/{letter!["id"]}/replay", cancel);
                    replayed++;
                }
                catch (HttpRequestException refusal)
                {
                    refusals.Add(refusal.Message);
                }
            }

            after = (string?)page["next"];
        }
        while (after is not null);
        if (refusals is [var first, ..])
            throw new HttpRequestException($"{replayed} messages were handled, {refusals.Count} were not. {first}");

        return replayed == 0 ? "There is no dead letter." : $"{replayed} messages were handled.";
    }

    private static async Task<string> ReconcileAsync(IServiceProvider services, CancellationToken cancel)
    {
        using var shop = await ShopClient.SignInAsync(services, DemoAccounts.Operator, cancel);
        var report = await shop.SendAsync(HttpMethod.Post, "/api/payments/reconciliations", cancel);
        return $"{report!["compared"]} records were compared: {report["found"]} differences.";
    }

    private static async Task<string> RotateAsync(IServiceProvider services, CancellationToken cancel)
    {
        using var shop = await ShopClient.SignInAsync(services, DemoAccounts.Operator, cancel);
        var key = await shop.SendAsync(HttpMethod.Post, "/api/users/signing-keys/rotation", cancel);
        return $"Key {key!["id"]} is published; it signs from {key["activeFrom"]}.";
    }
}
