using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.Data;
using Shop.Orders;
using Shop.Tests.Messaging;
using Shop.Users;

namespace Shop.Tests.Data;

/// <summary>The first start of a service in a database without tables, as several replicas at the same time.</summary>
[Collection(nameof(Backends))]
public sealed class FirstStartTests(Backends backends)
{
    private const int Replicas = 3;

    [Fact]
    public async Task Users_has_one_signing_key_and_each_demo_account_once()
    {
        await using var database = await StartAsync<UsersDb>(builder => builder.AddUsers());

        Assert.Equal(1, await CountAsync(database, "SELECT count(*) FROM users.signing_keys"));
        Assert.Equal(2, await CountAsync(database, "SELECT count(*) FROM users.accounts"));
        Assert.Equal(2, await CountAsync(
            database,
            """
            SELECT count(*) FROM (SELECT type FROM users.outbox UNION ALL SELECT type FROM users.outbox_sent) AS event
            WHERE type = 'shop.users.user-registered.v1'
            """));
    }

    [Fact]
    public async Task Orders_has_each_product_and_its_opening_stock_once()
    {
        await using var database = await StartAsync<OrdersDb>(builder => builder.AddOrders());

        Assert.Equal(24, await CountAsync(database, "SELECT count(*) FROM orders.products"));
        Assert.Equal(24, await CountAsync(database, "SELECT count(*) FROM orders.stock_movements WHERE kind = 'Opening'"));
        Assert.Equal(1, await CountAsync(database, """SELECT count(*) FROM orders."__EFMigrationsHistory" """));
    }

    /// <summary>Starts replicas of a service, waits until each says that its database is ready, and ends them.</summary>
    private async Task<NpgsqlDataSource> StartAsync<TDb>(Action<WebApplicationBuilder> add)
        where TDb : DbContext
    {
        var cancel = TestContext.Current.CancellationToken;
        var name = $"first_start_{Guid.CreateVersion7():N}";
        await using (var server = NpgsqlDataSource.Create(backends.Postgres))
        await using (var create = server.CreateCommand($"CREATE DATABASE {name}"))
            await create.ExecuteNonQueryAsync(cancel);

        var connection = new NpgsqlConnectionStringBuilder(backends.Postgres) { Database = name }.ConnectionString;
        WebApplication[] replicas = [.. Enumerable.Range(0, Replicas).Select(_ => Build(connection, add))];
        try
        {
            await Task.WhenAll(replicas.Select(replica => replica.StartAsync(cancel)));
            var ready = replicas.Select(replica => replica.Services.GetRequiredService<DatabaseReadiness<TDb>>().Migrated);
            await Task.WhenAll(ready).WaitAsync(TimeSpan.FromSeconds(60), cancel);
        }
        finally
        {
            await Task.WhenAll(replicas.Select(EndAsync));
        }

        return NpgsqlDataSource.Create(connection);
    }

    private WebApplication Build(string connection, Action<WebApplicationBuilder> add)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var name in (string[])["usersdb", "ordersdb"])
            builder.Configuration[$"ConnectionStrings:{name}"] = connection;

        builder.Configuration["ConnectionStrings:redis"] = backends.Redis;
        builder.Configuration["Users:Demo:Password"] = "a long walk on the beach";
        builder.Configuration["Users:Passwords:HashIterations"] = "1000";
        builder.Configuration["Shutdown:Grace"] = "00:00:00";
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        add(builder);
        return builder.Build();
    }

    private static async Task EndAsync(WebApplication replica)
    {
        await replica.StopAsync(TestContext.Current.CancellationToken);
        await replica.DisposeAsync();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
