using System.Net.Http.Json;
using Shop.Tests.Messaging;

namespace Shop.Tests.Deployment;

/// <summary>A new shop in production has no operator, no demo account and no password that others know.</summary>
[Collection(nameof(Backends))]
public sealed class FirstOperatorTests(Backends backends)
{
    private const string Ada = "ada@shop.example";
    private const string Ben = "ben@shop.example";

    [Fact]
    public async Task A_new_shop_has_no_accounts()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        await using var users = await StartAsync(database);

        Assert.Equal(0L, await database.ExecuteAsync(database.Role, "SELECT count(*) FROM users.accounts"));
    }

    [Fact]
    public async Task Becomes_operator_who_has_registered_and_nobody_after_that()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        await using var users = await StartAsync(database);
        await RegisterAsync(users, Ada);
        await RegisterAsync(users, Ben);

        var first = await AppointAsync(database, Ada.ToUpperInvariant());
        var again = await AppointAsync(database, Ada);
        var second = await AppointAsync(database, Ben);

        Assert.True(first.ExitCode == 0 && again.ExitCode == 0, first.Error + again.Error);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("There is an operator already", second.Error, StringComparison.Ordinal);
        Assert.Equal(Ada, await database.ExecuteAsync(
            database.Role, "SELECT string_agg(email, ' ') FROM users.accounts WHERE role = 'operator'"));
    }

    [Fact]
    public async Task Two_at_the_same_time_make_one_operator()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        await using var users = await StartAsync(database);
        await RegisterAsync(users, Ada);
        await RegisterAsync(users, Ben);

        var both = await Task.WhenAll(AppointAsync(database, Ada), AppointAsync(database, Ben));

        Assert.Equal([0, 1], both.Select(result => result.ExitCode).Order());
        Assert.Equal(1L, await database.ExecuteAsync(
            database.Role, "SELECT count(*) FROM users.accounts WHERE role = 'operator'"));
    }

    [Theory]
    [InlineData(1, "nobody@shop.example")]
    [InlineData(2, "no address")]
    [InlineData(2)]
    [InlineData(2, Ada, Ben)]
    public async Task Is_refused_to_whoever_has_not_registered(int exitCode, params string[] arguments)
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        Assert.Equal(0, (await database.MigrateAsync("users", "--grant", database.Role)).ExitCode);

        var result = await AppointAsync(database, arguments);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.NotEmpty(result.Error);
    }

    private static async Task<DeployedService> StartAsync(DeployedDatabase database)
    {
        Assert.Equal(0, (await database.MigrateAsync("users", "--grant", database.Role)).ExitCode);
        var users = await DeployedService.StartAsync("users", database.ConnectionOf(database.Role));
        await users.BecomesReadyAsync();
        return users;
    }

    private static async Task RegisterAsync(DeployedService users, string email)
    {
        var account = new { email, password = "a long walk on the beach", name = "Somebody" };
        using var answer = await users.Http.PostAsJsonAsync(
            "/api/users", account, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
    }

    // As the role of the service: the job has no more rights than Users itself.
    private static Task<CommandResult> AppointAsync(DeployedDatabase database, params string[] arguments) =>
        DeployedDatabase.RunAsync("users", "first-operator", arguments, database.ConnectionOf(database.Role));
}
