using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// Wakes a worker as soon as a commit has created work for it, instead of at its next interval. Add it to the
/// interceptors of the context that commits.
/// </summary>
/// <typeparam name="TEntity">The rows that the worker processes.</typeparam>
/// <param name="loop">The worker to wake.</param>
/// <param name="isDue">Whether a committed row is work for the worker now.</param>
public sealed class WakeOnCommit<TEntity>(WorkLoop loop, Func<TEntity, bool> isDue) : DbTransactionInterceptor
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
        if (eventData?.Context?.ChangeTracker.Entries<TEntity>().Any(row => isDue(row.Entity)) == true)
            loop.Wake();
    }
}
