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

internal delegate Task Handler(ItemChanged message, ConsumerDb db, EventContext context, CancellationToken cancel);

/// <summary>Two modules that only messages connect. Each host stands for a process.</summary>
internal sealed class TestModules : IAsyncDisposable
{
    public const string Stream = "shop:producer";

    private readonly Backends _backends;
    private readonly NpgsqlDataSource _database;
    private readonly List<IHost> _hosts = [];

    private TestModules(Backends backends)
    {
        _backends = backends;
        _database = NpgsqlDataSource.Create(backends.Postgres);
    }

    /// <summary>With empty streams and empty tables.</summary>
    public static async Task<TestModules> CreateAsync(Backends backends)
    {
        var modules = new TestModules(backends);
        await backends.Streams.ExecuteAsync("FLUSHALL");
        await modules.ExecuteAsync("DROP SCHEMA IF EXISTS producer CASCADE; DROP SCHEMA IF EXISTS consumer CASCADE");
        await CreateTablesAsync(new ProducerDb(Backends.OptionsFor<ProducerDb>(backends.Postgres)));
        await CreateTablesAsync(new ConsumerDb(Backends.OptionsFor<ConsumerDb>(backends.Postgres)));
        return modules;
    }

    /// <param name="configure">Changes the host.</param>
    /// <param name="process">The process that it shares with other modules; null for one of its own.</param>
    public Task<IHost> AddProducerAsync(
        Action<HostApplicationBuilder>? configure = null, TestProcess? process = null) => StartAsync(builder =>
    {
        AddDatabase<ProducerDb>(builder);
        process?.Configure(builder);
        builder.AddMessaging<ProducerDb>("producer");
        configure?.Invoke(builder);
    });

    /// <param name="handler">What the consumer does with a message besides storing a row; nothing if null.</param>
    /// <param name="settings">Of <see cref="MessagingOptions"/>, as <c>name=value</c>.</param>
    public Task<IHost> AddConsumerAsync(Handler? handler = null, params string[] settings) =>
        AddGroupAsync("consumer", handler, settings);

    public Task<IHost> AddConsumerAsync(TestProcess process, Handler? handler = null, params string[] settings) =>
        AddGroupAsync("consumer", handler, settings, process);

    /// <summary>Another consumer group, with the tables of the consumer.</summary>
    public Task<IHost> AddGroupAsync(
        string group, Handler? handler = null, string[]? settings = null, TestProcess? process = null,
        Func<ConsumerDb, Guid[], CancellationToken, Task>? load = null) =>
        StartAsync(builder =>
    {
        AddDatabase<ConsumerDb>(builder);
        process?.Configure(builder);
        builder.Configuration.AddInMemoryCollection((settings ?? []).Select(setting => setting.Split('='))
            .Select(parts => KeyValuePair.Create($"{group}:Messaging:{parts[0]}", (string?)parts[1])));
        builder.AddMessaging<ConsumerDb>(group, events => events
            .On<ItemChanged>(async (message, db, context, cancel) =>
            {
                db.Add(new Row { MessageId = context.MessageId, Item = message.Item, Number = message.Number });
                if (handler is not null)
                    await handler(message, db, context, cancel);
            })
            .LoadFirst(load ?? ((_, _, _) => Task.CompletedTask)));
    });

    /// <summary>Publishes in one transaction.</summary>
    public static async Task PublishAsync(IHost producer, params IEnumerable<ItemChanged> messages)
    {
        await using var scope = producer.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ProducerDb>();
        foreach (var message in messages)
            db.Publish(message);

        await db.SaveChangesAsync();
    }

    /// <summary>An event that comes by the stream without having been in the outbox.</summary>
    public Task AppendAsync(string content) => _backends.Streams.StreamAddAsync(Stream, Envelope.Field, content);

    public Task<long> CountRowsAsync() => CountAsync("SELECT count(*) FROM consumer.rows");

    public Task HasRowsAsync(long rows, TimeSpan? within = null) =>
        Eventually.Equals(rows, CountRowsAsync, within, "The number of rows");

    /// <summary>A consumer can be done before the relay has stored what it sent.</summary>
    public Task EverythingIsSentAsync() =>
        Eventually.Equals(0L, () => CountAsync("SELECT count(*) FROM producer.outbox"), what: "Unsent events");

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
        builder.Services.AddDbContextPool<TDb>(
            options => options.UseNpgsql(_backends.Postgres).UseSnakeCaseNamingConvention());
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
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }

        _hosts.Add(host);
        return host;
    }

    private static async Task CreateTablesAsync(DbContext db)
    {
        await using (db)
            await ((RelationalDatabaseCreator)db.GetService<IDatabaseCreator>()).CreateTablesAsync();
    }
}

/// <summary>A process in which modules live side by side, each in a host of its own.</summary>
/// <param name="modules">Which.</param>
/// <param name="maxQueued">How many messages of a module it has room for.</param>
/// <param name="redis">Whether there are modules elsewhere.</param>
internal sealed class TestProcess(string[] modules, int maxQueued = 1000, bool redis = false)
{
    private readonly LocalStreams _streams = new(modules)
    {
        MaxQueued = maxQueued,
        StallTimeout = TimeSpan.FromMilliseconds(100),
    };

    public void Configure(HostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_streams);
        if (!redis)
            builder.Configuration["ConnectionStrings:redis"] = null;
    }
}

internal sealed record ItemChanged(Guid Item, int Number, string? Note = null) : IEvent
{
    public static string Type => "shop.producer.item-changed.v1";

    Guid IEvent.Subject => Item;

    /// <summary>One message for each of so many subjects.</summary>
    public static ItemChanged[] ForItems(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new ItemChanged(Guid.CreateVersion7(), number))];
}

internal sealed class Row
{
    public long Id { get; init; }
    public required Guid MessageId { get; init; }
    public required Guid Item { get; init; }
    public required int Number { get; init; }
}

internal sealed class ProducerDb(DbContextOptions<ProducerDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.HasDefaultSchema("producer").AddMessaging();
}

internal sealed class ConsumerDb(DbContextOptions<ConsumerDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("consumer").AddMessaging();
        // Without a unique key: an effect that happens twice must show.
        modelBuilder.Entity<Row>(row =>
        {
            row.ToTable("rows");
            row.Property(d => d.Item).HasColumnName("item");
        });
    }
}
