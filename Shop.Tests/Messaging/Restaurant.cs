using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Tests.Messaging;

internal delegate Task Cook(MealOrdered meal, KitchenDb db, EventContext context, CancellationToken cancel);

/// <summary>Two modules that only messages connect: the till takes orders, the kitchen cooks. Each host stands for a process.</summary>
internal sealed class Restaurant : IAsyncDisposable
{
    public const string Orders = "shop:till";

    private readonly Backends _backends;
    private readonly NpgsqlDataSource _database;
    private readonly List<IHost> _hosts = [];

    private Restaurant(Backends backends)
    {
        _backends = backends;
        _database = NpgsqlDataSource.Create(backends.Postgres);
    }

    /// <summary>With empty streams and empty tables.</summary>
    public static async Task<Restaurant> OpenAsync(Backends backends)
    {
        var restaurant = new Restaurant(backends);
        await backends.Streams.ExecuteAsync("FLUSHALL");
        await restaurant.ExecuteAsync("DROP SCHEMA IF EXISTS till CASCADE; DROP SCHEMA IF EXISTS kitchen CASCADE");
        await CreateTablesAsync(new TillDb(Options<TillDb>(backends)));
        await CreateTablesAsync(new KitchenDb(Options<KitchenDb>(backends)));
        return restaurant;
    }

    public Task<IHost> AddTillAsync(Action<HostApplicationBuilder>? configure = null) => StartAsync(builder =>
    {
        AddDatabase<TillDb>(builder);
        builder.AddMessaging<TillDb>("till");
        configure?.Invoke(builder);
    });

    /// <param name="cook">What the kitchen does with a meal besides noting it; nothing if null.</param>
    /// <param name="settings">Of <see cref="MessagingOptions"/>, as <c>name=value</c>.</param>
    public Task<IHost> AddKitchenAsync(Cook? cook = null, params string[] settings) => AddConsumerAsync("kitchen", cook, settings);

    /// <summary>A consumer group of its own that shares the tables of the kitchen.</summary>
    public Task<IHost> AddConsumerAsync(string group, Cook? cook = null, params string[] settings) => StartAsync(builder =>
    {
        AddDatabase<KitchenDb>(builder);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => setting.Split('='))
            .Select(parts => KeyValuePair.Create($"{group}:Messaging:{parts[0]}", (string?)parts[1])));
        builder.AddMessaging<KitchenDb>(group, events => events.On<MealOrdered>(async (meal, db, context, cancel) =>
        {
            db.Add(new Dish { MessageId = context.MessageId, Table = meal.Table, Number = meal.Number });
            if (cook is not null)
                await cook(meal, db, context, cancel);
        }));
    });

    /// <summary>One order of one transaction per call.</summary>
    public static async Task OrderAsync(IHost till, params IEnumerable<MealOrdered> meals)
    {
        await using var scope = till.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TillDb>();
        foreach (var meal in meals)
            db.Publish(meal);

        await db.SaveChangesAsync();
    }

    /// <summary>An event that comes by the stream without having been in the outbox.</summary>
    public Task PutAsync(string content) => _backends.Streams.StreamAddAsync(Orders, Envelope.Field, content);

    public Task<long> DishesAsync() => CountAsync("SELECT count(*) FROM kitchen.dishes");

    public Task CookedAsync(long dishes, TimeSpan? within = null) => Eventually.Equals(dishes, DishesAsync, within, "The number of dishes");

    public async Task<long> CountAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
            rows.Add(await reader.GetFieldValueAsync<T>(0));

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(host => host.StopAsync()));
        _hosts.ForEach(host => host.Dispose());
        await _database.DisposeAsync();
    }

    public void AddDatabase<TDb>(IHostApplicationBuilder builder)
        where TDb : DbContext
    {
        var readiness = new DatabaseReadiness<TDb>();
        readiness.SetMigrated();
        builder.Services.AddSingleton(readiness);
        builder.Services.AddDbContextPool<TDb>(options => options.UseNpgsql(_backends.Postgres).UseSnakeCaseNamingConvention());
        builder.Configuration["ConnectionStrings:redis"] = _backends.Redis;
    }

    /// <summary>Ends a process as on a signal; returns when it has ended.</summary>
    public async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync();
        host.Dispose();
    }

    private async Task<IHost> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = Environments.Development });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddMetrics();
        configure(builder);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    private static DbContextOptions<TDb> Options<TDb>(Backends backends)
        where TDb : DbContext =>
        new DbContextOptionsBuilder<TDb>().UseNpgsql(backends.Postgres).UseSnakeCaseNamingConvention().Options;

    private static async Task CreateTablesAsync(DbContext db)
    {
        await using (db)
            await ((RelationalDatabaseCreator)db.GetService<IDatabaseCreator>()).CreateTablesAsync();
    }
}

internal sealed record MealOrdered(Guid Table, int Number, string? Wish = null) : IEvent
{
    public static string Type => "shop.till.meal-ordered.v1";

    Guid IEvent.Subject => Table;

    /// <summary>One meal for each of so many tables.</summary>
    public static MealOrdered[] ForTables(int count) => [.. Enumerable.Range(0, count).Select(number => new MealOrdered(Guid.CreateVersion7(), number))];
}

internal sealed class Dish
{
    public long Id { get; init; }
    public required Guid MessageId { get; init; }
    public required Guid Table { get; init; }
    public required int Number { get; init; }
}

internal sealed class TillDb(DbContextOptions<TillDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.HasDefaultSchema("till").AddMessaging();
}

internal sealed class KitchenDb(DbContextOptions<KitchenDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("kitchen").AddMessaging();
        // Without a unique key: an effect that happens twice must show.
        modelBuilder.Entity<Dish>(dish =>
        {
            dish.ToTable("dishes");
            dish.Property(d => d.Table).HasColumnName("table_id");
        });
    }
}
