using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Shop.Data;

/// <summary>Transactions that end as a whole when something in them fails.</summary>
public static class Transactions
{
    /// <summary>
    /// Begins a transaction without savepoints around each save, which cost two round trips: after a failure there is
    /// nothing to return to.
    /// </summary>
    /// <param name="db">The context; its later transactions have no savepoints either.</param>
    /// <param name="cancel">Gives up.</param>
    public static Task<IDbContextTransaction> BeginAllOrNothingAsync(this DbContext db, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        db.Database.AutoSavepointsEnabled = false;
        return db.Database.BeginTransactionAsync(cancel);
    }
}
