using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// Has a worker look at its table as soon as a commit made something due there, instead of at its next interval. Add it
/// to the interceptors of the context whose commits count.
/// </summary>
/// <typeparam name="TEntity">The rows that the worker works on.</typeparam>
/// <param name="worker">Which worker to wake.</param>
/// <param name="isDue">Whether a row that took part in the commit is work for the worker now.</param>
public sealed class WakeOnCommit<TEntity>(BackgroundWorker worker, Func<TEntity, bool> isDue)
    : SaveChangesInterceptor, IDbTransactionInterceptor
    where TEntity : class
{
    /// <inheritdoc/>
    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        OnSaved(eventData?.Context);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        OnSaved(eventData?.Context);
        return ValueTask.FromResult(result);
    }

    /// <inheritdoc/>
    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        WakeIfDue(eventData?.Context);

    /// <inheritdoc/>
    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        WakeIfDue(eventData?.Context);
        return Task.CompletedTask;
    }

    private void OnSaved(DbContext? db)
    {
        // Inside a transaction of the caller nothing is visible before its commit, which is noticed as well.
        if (db?.Database.CurrentTransaction is null)
            WakeIfDue(db);
    }

    private void WakeIfDue(DbContext? db)
    {
        if (db?.Tracked<TEntity>(EntityState.Unchanged).Any(isDue) == true)
            worker.Wake();
    }
}
