using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Shop.Data;

/// <summary>
/// PostgreSQL's advisory locks by name, shared by all replicas. For rules that belong to no single row; a row is locked
/// with <c>FOR UPDATE</c> instead.
/// </summary>
public static class AdvisoryLocks
{
    /// <summary>Waits for the lock; it is held until the transaction that is under way ends.</summary>
    /// <param name="database">The database of a context in a transaction.</param>
    /// <param name="name">What is locked.</param>
    /// <param name="cancel">Cancels the wait.</param>
    public static Task LockAsync(this DatabaseFacade database, string name, CancellationToken cancel) =>
        database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", cancel);

    /// <summary>
    /// Takes the lock if nobody has it. It belongs to the connection, which stays open meanwhile: it is free again when
    /// the result is disposed of, or however this process ends.
    /// </summary>
    /// <param name="database">The database of a context; no transaction is needed.</param>
    /// <param name="name">What is locked.</param>
    /// <param name="cancel">Cancels the wait for a connection.</param>
    /// <returns>The lock, or null when somebody has it.</returns>
    public static async Task<IAsyncDisposable?> TryLockAsync(
        this DatabaseFacade database, string name, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(database);
        await database.OpenConnectionAsync(cancel);
        try
        {
            var locked = database.SqlQuery<bool>(
                $"SELECT pg_try_advisory_lock(hashtextextended({name}, 0)) AS \"Value\"");
            // Not cancelled: the lock could be granted by then, and the connection goes back to the pool.
            if (await locked.SingleAsync(CancellationToken.None))
                return new ConnectionLock(database, name);
        }
        catch
        {
            await database.CloseConnectionAsync();
            throw;
        }

        await database.CloseConnectionAsync();
        return null;
    }

    private sealed class ConnectionLock(DatabaseFacade database, string name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await database.ExecuteSqlAsync($"SELECT pg_advisory_unlock(hashtextextended({name}, 0))");
            }
            finally
            {
                await database.CloseConnectionAsync();
            }
        }
    }
}
