namespace Shop.AppHost;

/// <summary>Users seeds these in Development; whoever starts the shop for the first time wants to know them.</summary>
internal static class DemoAccounts
{
    public static Task Announce(ProjectResource gateway, ResourceReadyEvent ready, CancellationToken cancel)
    {
        Console.WriteLine($"""

              The shop is open: {gateway.GetEndpoint("http").Url}
              Sign in as alice@shop.example (customer) or operator@shop.example (operator),
              password: correct horse battery staple

            """);
        return Task.CompletedTask;
    }
}
