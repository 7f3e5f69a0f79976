using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

internal sealed partial class DatabaseMigration<TDb>(
    IServiceScopeFactory scopes,
    DatabaseReadiness<TDb> readiness,
    ILogger<DatabaseMigration<TDb>> log,
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
