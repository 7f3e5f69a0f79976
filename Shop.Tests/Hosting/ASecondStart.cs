using Npgsql;
using StackExchange.Redis;

namespace Shop.Tests.Hosting;

public sealed class ASecondStart : IDisposable
{
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(15);
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("KILL", "Production")]
    [InlineData("TERM", null)]
    public async Task Finds_the_data_and_the_passwords_of_the_first(string signal, string? environment)
    {
        Requires.LocalHostOnLinux();
        string shelf, redis;
        await using (var first = await HostProcess.HealthyAsync(_home.Folder, environment: environment))
        {
            (shelf, redis) = (first.ConnectionOf("shelf"), first.ConnectionOf("redis"));
            await ExecuteAsync(shelf, "CREATE TABLE books AS SELECT 'Emma' AS title");
            await using var connection = await ConnectionMultiplexer.ConnectAsync(redis);
            await connection.GetDatabase().StreamAddAsync("loans", "title", "Emma");
            await first.EndAsync(signal, InTime);
        }

        await using var second = await HostProcess.HealthyAsync(_home.Folder, environment: environment);

        Assert.Equal(PasswordOf(shelf), PasswordOf(second.ConnectionOf("shelf")));
        Assert.Equal(PasswordOf(redis), PasswordOf(second.ConnectionOf("redis")));
        Assert.Equal("Emma", await ExecuteAsync(second.ConnectionOf("shelf"), "SELECT title FROM books"));
        await using var again = await ConnectionMultiplexer.ConnectAsync(second.ConnectionOf("redis"));
        Assert.Equal("Emma", Assert.Single(await again.GetDatabase().StreamRangeAsync("loans"))["title"]);
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(_home.Folder, ".aspire-local"), "*-data", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, OperatingSystem.IsLinux() ? File.GetUnixFileMode(folder) : default);
        await second.EndAsync("TERM", InTime);
    }

    private static string PasswordOf(string connection) => connection.Split(';', ',').Single(part => part.StartsWith("password=", StringComparison.OrdinalIgnoreCase));

    private static async Task<object?> ExecuteAsync(string connection, string sql)
    {
        await using var database = NpgsqlDataSource.Create($"{connection};Pooling=false");
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
