using Aspire.Hosting;
using Npgsql;
using StackExchange.Redis;

namespace Shop.Tests.Hosting;

public class TwoHostsSideBySide
{
    [Fact]
    public async Task Have_ports_passwords_and_data_of_their_own()
    {
        var apps = await Task.WhenAll(SmallApp.StartAsync(Describe), SmallApp.StartAsync(Describe));
        await using var one = apps[0];
        await using var other = apps[1];
        foreach (var app in apps)
        {
            await app.HealthyAsync("shelf");
            await app.HealthyAsync("redis");
        }

        await using var oneShelf = NpgsqlDataSource.Create(await one.ConnectionOfAsync("shelf"));
        await using var otherShelf = NpgsqlDataSource.Create(await other.ConnectionOfAsync("shelf"));
        await using var oneRedis = await ConnectionMultiplexer.ConnectAsync(await one.ConnectionOfAsync("redis"));
        await using var otherRedis = await ConnectionMultiplexer.ConnectAsync(await other.ConnectionOfAsync("redis"));
        await ExecuteAsync(oneShelf, "CREATE TABLE books (title text)");
        await ExecuteAsync(otherShelf, "CREATE TABLE books (title text)");
        await oneRedis.GetDatabase().StringSetAsync("title", "Emma");

        Assert.NotEqual(oneShelf.ConnectionString, otherShelf.ConnectionString);
        Assert.False((await otherRedis.GetDatabase().StringGetAsync("title")).HasValue);
    }

    private static void Describe(IDistributedApplicationBuilder builder)
    {
        builder.AddPostgres("postgres").WithDataVolume().AddDatabase("shelf");
        builder.AddRedis("redis").WithDataVolume();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
