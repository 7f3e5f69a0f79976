using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Shop.ServiceDefaults;

/// <summary>A module's database: its context, its migrations, and when it is ready.</summary>
public static class Databases
{
    private const int LargestPool = 20;

    /// <summary>
    /// Registers <typeparamref name="TDb"/> pooled on the connection string <paramref name="connectionName"/>. Migrations
    /// are applied at start, one replica at a time; until then the service is not ready. Nothing is retried out of sight:
    /// a transaction that fails is the caller's to repeat, who knows whether that is safe.
    /// </summary>
    /// <typeparam name="TDb">The context; its name without "Db", in lower case, is its schema.</typeparam>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">The name of the connection string.</param>
    /// <param name="seed">Runs after the migrations under the same lock; must be repeatable.</param>
    public static IHostApplicationBuilder AddDatabase<TDb>(
        this IHostApplicationBuilder builder, string connectionName, Func<TDb, IServiceProvider, CancellationToken, Task>? seed = null)
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
            options => options.UseNpgsql(npgsql => npgsql
                .MigrationsHistoryTable("__EFMigrationsHistory", schema)
                .ConfigureDataSource(DatabaseSpans.Configure)));

        builder.Services.AddSingleton<DatabaseReadiness<TDb>>();
        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<DatabaseReadiness<TDb>>());
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<Migration<TDb>>(services, seed ?? ((_, _, _) => Task.CompletedTask)));
        builder.Services.AddHostedService<IdempotencyRetention<TDb>>();
        builder.Services.AddHealthChecks().Add(new($"{schema}-migrated", services => services.GetRequiredService<DatabaseReadiness<TDb>>(), HealthStatus.Unhealthy, ["ready"]));
        return builder;
    }

    /// <summary>Whether the server says that it, or the database, can't be worked with now: the same may succeed later.</summary>
    /// <param name="failure">What it said.</param>
    public static bool IsAway(DbException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.SqlState switch
        {
            PostgresErrorCodes.QueryCanceled => false,
            // A standby before it takes over; a session that was ended for idling; a database that takes no connections.
            PostgresErrorCodes.ReadOnlySqlTransaction or "25P03" or PostgresErrorCodes.ObjectNotInPrerequisiteState => true,
            // Connection, login, no such database, resources, operator, system.
            { Length: 5 } state => state[..2] is "08" or "28" or "3D" or "53" or "57" or "58",
            _ => false,
        };
    }

    // The server's connections are shared by all replicas of all services; more of them than cores can work only queue there.
    internal static string? Pooled(string? connectionString)
    {
        // Not Npgsql's own builder: that one says of every keyword it knows that it is contained.
        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        if (connectionString is null || settings.ContainsKey("Maximum Pool Size") || settings.ContainsKey("MaxPoolSize"))
            return connectionString;

        settings["Maximum Pool Size"] = LargestPool;
        return settings.ConnectionString;
    }

    internal static string SchemaOf<TDb>() => typeof(TDb).Name.Replace("Db", "", StringComparison.Ordinal).ToLower(CultureInfo.InvariantCulture);
}

/// <summary>Tells when the database of <typeparamref name="TDb"/> has all its migrations.</summary>
/// <typeparam name="TDb">The context.</typeparam>
public sealed class DatabaseReadiness<TDb> : IHealthCheck, IReadiness
    where TDb : DbContext
{
    private readonly TaskCompletionSource _migrated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when migrations and seed are done; never fails.</summary>
    public Task Migrated => _migrated.Task;

    bool IReadiness.IsReady => Migrated.IsCompleted;

    internal void SetMigrated() => _migrated.TrySetResult();

    Task<HealthCheckResult> IHealthCheck.CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Migrated.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The migrations are not applied yet."));
}

internal sealed partial class Migration<TDb>(
    IServiceScopeFactory scopes,
    DatabaseReadiness<TDb> readiness,
    ILogger<Migration<TDb>> log,
    Func<TDb, IServiceProvider, CancellationToken, Task> seed)
    : WorkLoop($"Migration of {typeof(TDb).Name}", Timeout.InfiniteTimeSpan, Task.CompletedTask, log)
    where TDb : DbContext
{
    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        // The lock belongs to this connection: it is free again however this process ends.
        await db.Database.OpenConnectionAsync(cancel);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock(hashtextextended({Databases.SchemaOf<TDb>()}, 0))", cancel);
        try
        {
            // Asked for a table that is not there, the server would log an error.
            await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancel);
            var pending = await db.Database.GetPendingMigrationsAsync(cancel);
            await db.Database.MigrateAsync(cancel);
            await seed(db, scope.ServiceProvider, cancel);
            LogMigrated(typeof(TDb).Name, pending.Count());
        }
        finally
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock(hashtextextended({Databases.SchemaOf<TDb>()}, 0))", CancellationToken.None);
            await db.Database.CloseConnectionAsync();
        }

        readiness.SetMigrated();
        return false;
    }

    [LoggerMessage(3, LogLevel.Information, "{Database} is ready, {Count} migrations applied")]
    private partial void LogMigrated(string database, int count);
}
