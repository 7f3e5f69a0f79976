using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// Calls a provider for the rows that are due, in three steps: lease the rows (stored), call outside any transaction,
/// store the answers. When a worker dies in between, another one takes its rows up once the lease is over; so a call
/// may be repeated, and the provider must recognise that.
/// </summary>
/// <typeparam name="TDb">The module's context.</typeparam>
/// <typeparam name="TRow">The rows that are worked on.</typeparam>
/// <typeparam name="TCall">What is needed for one call after the transaction has ended.</typeparam>
/// <param name="scopes">Gives each transaction a context of its own.</param>
/// <param name="name">What the log calls the worker.</param>
/// <param name="interval">How long to wait when nobody wakes it.</param>
/// <param name="lease">Longer than call and storing together take.</param>
/// <param name="ready">What must be done before the first round.</param>
/// <param name="log">See <see cref="BackgroundWorker"/>.</param>
public abstract class LeasedWorker<TDb, TRow, TCall>(
    IServiceScopeFactory scopes, string name, TimeSpan interval, TimeSpan lease, Task ready, ILogger log)
    : BackgroundWorker(name, interval, ready, log)
    where TDb : DbContext
    where TRow : LeasedRow
{
    private const string Due =
        """
        due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
        ORDER BY due_at LIMIT {0} FOR UPDATE SKIP LOCKED
        """;

    // Locked in one order by all workers, so that they can't wait for each other in a circle.
    private const string Leased = "id = ANY ({0}) ORDER BY id FOR UPDATE";

    /// <summary>Says what is to be called for, and changes what has to be stored before.</summary>
    /// <param name="db">The context, in the transaction that leases the rows.</param>
    /// <param name="due">The rows.</param>
    /// <param name="now">By the database's clock.</param>
    /// <param name="cancel">Ends when the host stops.</param>
    protected abstract Task<IReadOnlyList<TCall>> PrepareAsync(
        TDb db, IReadOnlyList<TRow> due, DateTimeOffset now, CancellationToken cancel);

    /// <summary>The first step: leases rows that are due and that no other worker has.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancel">Ends when the host stops.</param>
    protected async Task<IReadOnlyList<TCall>> LeaseDueAsync(int limit, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await using var transaction = await db.BeginAllOrNothingAsync(cancel);
        var (due, now) = await db.LockRowsAsync<TRow>(Due, limit, cancel);
        if (due.Count == 0)
            return [];

        var calls = await PrepareAsync(db, due, now, cancel);
        foreach (var row in due)
            row.Lease(now + lease);

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return calls;
    }

    /// <summary>
    /// The third step: applies answers and ends the lease. It can't be cancelled, because an answer is worth more than
    /// a quick end of the host.
    /// </summary>
    /// <param name="ids">The rows that were called for.</param>
    /// <param name="apply">Applies the answer to one row.</param>
    /// <returns>The rows as they are stored now.</returns>
    protected async Task<IReadOnlyList<TRow>> StoreAsync(Guid[] ids, Func<TDb, TRow, DateTimeOffset, Task> apply)
    {
        ArgumentNullException.ThrowIfNull(apply);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await using var transaction = await db.BeginAllOrNothingAsync(CancellationToken.None);
        var (rows, now) = await db.LockRowsAsync<TRow>(Leased, ids, CancellationToken.None);
        foreach (var row in rows)
        {
            row.Release();
            await apply(db, row, now);
        }

        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        // What is due before the next look is looked at in time.
        if (rows.Min(row => row.DueAt) - now is { } next && next < Interval)
            WakeAfter(next);

        return rows;
    }
}
