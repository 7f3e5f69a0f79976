using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>Applies the migrations and the seed at start; retries until the database is available.</summary>
internal sealed partial class DatabaseMigration<TDb>(
    IServiceScopeFactory scopes,
    DatabaseReadiness<TDb> readiness,
    ILogger<DatabaseMigration<TDb>> log,
    Func<TDb, IServiceProvider, CancellationToken, Task> seed)
    : BackgroundWorker($"Migration of {typeof(TDb).Name}", Timeout.InfiniteTimeSpan, Task.CompletedTask, log)
    where TDb : DbContext
{
    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        // Otherwise the server would log an error about the missing history table.
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancel);
        var pending = await db.Database.GetPendingMigrationsAsync(cancel);
        // EF Core locks the history table: of several replicas one migrates, the others wait and find it done.
        await db.Database.MigrateAsync(cancel);
        await seed(db, scope.ServiceProvider, cancel);
        LogMigrated(typeof(TDb).Name, pending.Count());
        readiness.SetMigrated();
        return false;
    }

    [LoggerMessage(3, LogLevel.Information, "{Database} is ready, {Count} migrations applied")]
    private partial void LogMigrated(string database, int count);
}
