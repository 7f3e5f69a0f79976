namespace Shop.AppHost;

/// <summary>The accounts that Users seeds in Development, printed at start.</summary>
internal static class DemoAccounts
{
    public const string Alice = "alice@shop.example";
    public const string Operator = "operator@shop.example";
    public const string Password = "correct horse battery staple";

    public static Task Announce(ProjectResource gateway, ResourceReadyEvent ready, CancellationToken cancel)
    {
        Console.WriteLine($"""

              The shop is open: {gateway.GetEndpoint("http").Url}
              Sign in as {Alice} (customer) or {Operator} (operator),
              password: {Password}

            """);
        return Task.CompletedTask;
    }
}
