using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>
/// Finds orders whose deadline has passed by the database's clock and lets the process repeat its request or give up.
/// Any number of replicas share the work: what one has locked, the others skip.
/// </summary>
internal sealed class DeadlineSweeper(
    IServiceScopeFactory scopes,
    OrderProcessHandlers process,
    DatabaseReadiness<OrdersDb> readiness,
    ILogger<DeadlineSweeper> log)
    : BackgroundWorker("Sweeping the deadlines of orders", TimeSpan.FromSeconds(1), readiness.Migrated, log)
{
    /// <summary>Orders in one transaction: short enough that the rows it locks are soon free again.</summary>
    private const int Batch = 50;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<OrdersDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var due = await db.LockDueAsync(Batch, cancel);
        if (due.Count == 0)
            return false;

        foreach (var (order, now) in due)
            process.Advance(db, order, new DeadlinePassed(), now);

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return due.Count == Batch;
    }
}
