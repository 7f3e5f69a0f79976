using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>Registers a module's database: context, migrations and readiness.</summary>
public static class Databases
{
    internal const string HistoryTable = "__EFMigrationsHistory";

    private static readonly (string Name, string OtherName, object Value)[] ConnectionSettings =
    [
        // The server's connections are shared by all replicas of all services; more than it has cores only queue.
        ("Maximum Pool Size", "MaxPoolSize", 20),
        // A statement that comes again and again is parsed and planned once for each connection.
        ("Max Auto Prepare", "MaxAutoPrepare", 50),
        // Nothing of a connection's state is changed but locks, which are given back: cleaning up would be in vain.
        ("No Reset On Close", "NoResetOnClose", true),
    ];

    /// <summary>
    /// Registers <typeparamref name="TDb"/> pooled on the connection string <paramref name="connectionName"/>.
    /// Migrations are applied at start, one replica at a time; until then the service is not ready. With the setting
    /// <c>Database:Migrate=false</c> the service only waits until they are: <see cref="MigrateCommand"/> applies them.
    /// EF Core's retries are off: only the caller of a failed transaction knows whether it is safe to repeat.
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
                // Without the database, requests that need it answer 503. If every replica became unready too, requests
                // that do not need it would fail as well. Ready means: migrated.
                settings.DisableHealthChecks = true;
            },
            options => options
                .UseNpgsql(npgsql => npgsql.MigrationsHistoryTable(HistoryTable, schema))
                // Raw SQL uses the column names: OrderId is order_id.
                .UseSnakeCaseNamingConvention());
        builder.AddEntraIdentity();
        builder.Services.ConfigureDbContext<TDb>((services, options) => options
            .UseNpgsql(npgsql => npgsql.ConfigureDataSource(source =>
            {
                DatabaseSpans.Configure(source);
                source.UseEntraToken(services);
            })));

        builder.Services.AddSingleton(new MigratedDatabase(
            schema, services => services.GetRequiredService<TDb>()));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceCommand, MigrateCommand>());
        builder.Services.AddSingleton<DatabaseReadiness<TDb>>();
        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<DatabaseReadiness<TDb>>());
        seed ??= (_, _, _) => Task.CompletedTask;
        object migrates = builder.Configuration.GetValue("Database:Migrate", true);
        builder.Services.AddHostedService(services =>
            ActivatorUtilities.CreateInstance<DatabaseMigration<TDb>>(services, seed, migrates));
        builder.Services.AddHostedService<IdempotencyRetention<TDb>>();
        builder.Services.AddHealthChecks().Add(new(
            $"{schema}-migrated", services => services.GetRequiredService<DatabaseReadiness<TDb>>(),
            HealthStatus.Unhealthy, ["ready"]));
        return builder;
    }

    /// <summary>The connection string with our settings, but for those that it has itself.</summary>
    internal static string? Pooled(string? connectionString)
    {
        if (connectionString is null)
            return null;

        // Not NpgsqlConnectionStringBuilder: its ContainsKey is true for every keyword that it knows.
        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        foreach (var (name, otherName, value) in ConnectionSettings)
        {
            if (!settings.ContainsKey(name) && !settings.ContainsKey(otherName))
                settings[name] = value;
        }

        return settings.ConnectionString;
    }

    internal static string SchemaOf<TDb>() =>
        typeof(TDb).Name.Replace("Db", "", StringComparison.Ordinal).ToLowerInvariant();
}
