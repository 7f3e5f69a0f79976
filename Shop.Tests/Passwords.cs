namespace Shop.Tests;

/// <summary>
/// Passwords of servers that live as long as a test. Without them Aspire would make some and keep them in the user
/// secrets of whoever runs the tests, where two hosts at once overwrite each other, and those of the real data.
/// </summary>
internal static class Passwords
{
    private static readonly string[] Parameters =
    [
        "postgres-password", "redis-password", "usersdb-password", "ordersdb-password", "paymentsdb-password",
        "shippingdb-password",
    ];

    public static string[] ForServers { get; } =
        [.. Parameters.Select(name => $"--Parameters:{name}={Guid.CreateVersion7():N}")];
}
