using System.Data.Common;
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
public sealed class WakeOnCommit<TEntity>(BackgroundWorker worker, Func<TEntity, bool> isDue) : DbTransactionInterceptor
    where TEntity : class
{
    /// <inheritdoc/>
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Wake(eventData);

    /// <inheritdoc/>
    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Wake(eventData);
        return Task.CompletedTask;
    }

    private void Wake(TransactionEndEventData eventData)
    {
        if (eventData?.Context?.Tracked<TEntity>().Any(isDue) == true)
            worker.Wake();
    }
}
