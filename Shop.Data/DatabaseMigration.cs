using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// Applies the migrations and the seed at start; retries until the database is available. Without
/// <paramref name="migrates"/> it waits until somebody else has applied them.
/// </summary>
internal sealed partial class DatabaseMigration<TDb>(
    IServiceScopeFactory scopes,
    DatabaseReadiness<TDb> readiness,
    ILogger<DatabaseMigration<TDb>> log,
    Func<TDb, IServiceProvider, CancellationToken, Task> seed,
    bool migrates)
    : BackgroundWorker($"Migration of {typeof(TDb).Name}", Timeout.InfiniteTimeSpan, Task.CompletedTask, log)
    where TDb : DbContext
{
    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var applied = migrates ? (await Migrations.ApplyAsync(db, cancel)).Length : await CheckAsync(db, cancel);
        await seed(db, scope.ServiceProvider, cancel);
        LogMigrated(typeof(TDb).Name, applied);
        readiness.SetMigrated();
        return false;
    }

    // A database that has more migrations than this version knows is right: the next version is being rolled out.
    private static async Task<int> CheckAsync(TDb db, CancellationToken cancel)
    {
        string[] pending = [.. await db.Database.GetPendingMigrationsAsync(cancel)];
        return pending is []
            ? 0
            : throw new InvalidOperationException(
                $"The command migrate has not been run: {string.Join(", ", pending)}.");
    }

    [LoggerMessage(3, LogLevel.Information, "{Database} is ready, {Count} migrations applied")]
    private partial void LogMigrated(string database, int count);
}

/// <summary>What a service at its start and <see cref="MigrateCommand"/> do alike.</summary>
internal static class Migrations
{
    /// <summary>Applies what is pending.</summary>
    /// <returns>The names of what was pending.</returns>
    public static async Task<string[]> ApplyAsync(DbContext db, CancellationToken cancel)
    {
        // Otherwise the server would log an error about the missing history table.
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancel);
        string[] pending = [.. await db.Database.GetPendingMigrationsAsync(cancel)];
        // EF Core locks the history table: of several replicas one migrates, the others wait and find it done.
        await db.Database.MigrateAsync(cancel);
        return pending;
    }
}
