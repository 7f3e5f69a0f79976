using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>A module's database: its context, its migrations, and when it is ready.</summary>
public static class Databases
{
    private const int LargestPool = 20;

    /// <summary>
    /// Registers <typeparamref name="TDb"/> pooled on the connection string <paramref name="connectionName"/>.
    /// Migrations are applied at start, one replica at a time; until then the service is not ready. Nothing is retried
    /// out of sight: a transaction that fails is the caller's to repeat, who knows whether that is safe.
    /// </summary>
    /// <typeparam name="TDb">The context; its name without "Db", in lower case, is its schema.</typeparam>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">The name of the connection string.</param>
    /// <param name="seed">
    /// Runs after the migrations at every start; several replicas may run it at the same time.
    /// </param>
    public static IHostApplicationBuilder AddDatabase<TDb>(
        this IHostApplicationBuilder builder, string connectionName,
        Func<TDb, IServiceProvider, CancellationToken, Task>? seed = null)
        where TDb : DbContext
    {
        var schema = SchemaOf<TDb>();
        builder.AddNpgsqlDbContext<TDb>(
            connectionName,
            settings =>
            {
                settings.ConnectionString = Pooled(settings.ConnectionString);
                settings.DisableRetry = true;
                // A database that is away makes requests answer 503; taking every replica out of rotation as well would
                // also end what still works without it. Ready means: migrated.
                settings.DisableHealthChecks = true;
            },
            options => options
                .UseNpgsql(npgsql => npgsql
                    .MigrationsHistoryTable("__EFMigrationsHistory", schema)
                    .ConfigureDataSource(DatabaseSpans.Configure))
                // Raw SQL says column names: OrderId is order_id.
                .UseSnakeCaseNamingConvention());

        builder.Services.AddSingleton<DatabaseReadiness<TDb>>();
        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<DatabaseReadiness<TDb>>());
        seed ??= (_, _, _) => Task.CompletedTask;
        builder.Services.AddHostedService(services =>
            ActivatorUtilities.CreateInstance<DatabaseMigration<TDb>>(services, seed));
        builder.Services.AddHostedService<IdempotencyRetention<TDb>>();
        builder.Services.AddHealthChecks().Add(new(
            $"{schema}-migrated", services => services.GetRequiredService<DatabaseReadiness<TDb>>(),
            HealthStatus.Unhealthy, ["ready"]));
        return builder;
    }

    // The server's connections are shared by all replicas of all services; more of them than cores can work only queue
    // there.
    internal static string? Pooled(string? connectionString)
    {
        // Not Npgsql's own builder: that one says of every keyword it knows that it is contained.
        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        if (connectionString is null
            || settings.ContainsKey("Maximum Pool Size") || settings.ContainsKey("MaxPoolSize"))
            return connectionString;

        settings["Maximum Pool Size"] = LargestPool;
        return settings.ConnectionString;
    }

    internal static string SchemaOf<TDb>() =>
        typeof(TDb).Name.Replace("Db", "", StringComparison.Ordinal).ToLowerInvariant();
}
