using Microsoft.EntityFrameworkCore;

namespace Shop.Data;

/// <summary>A row that needs background work at a certain time, by one worker at a time.</summary>
public abstract class LeasedRow
{
    /// <summary>The key, a version 7 GUID.</summary>
    public Guid Id { get; protected init; }

    /// <summary>When the work is due, by the database's clock; null when there is none.</summary>
    public DateTimeOffset? DueAt { get; protected set; }

    /// <summary>Until then one worker has the row to itself; after that the worker is taken for dead.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    internal void Lease(DateTimeOffset until) => LeasedUntil = until;

    internal void Release() => LeasedUntil = null;
}

/// <summary>Rows that are locked until the transaction ends, and the database's time when they were.</summary>
public static class RowLocks
{
    /// <summary>Locks the rows that match.</summary>
    /// <typeparam name="TRow">An entity; its columns are named in snake case.</typeparam>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="condition">SQL after WHERE, with <c>{0}</c> for the value, up to FOR UPDATE.</param>
    /// <param name="value">What the condition compares with.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The rows, with a time that has no meaning when there are none.</returns>
    public static async Task<(IReadOnlyList<TRow> Rows, DateTimeOffset Now)> LockRowsAsync<TRow>(
        this DbContext db, string condition, object value, CancellationToken cancel)
        where TRow : LeasedRow
    {
        ArgumentNullException.ThrowIfNull(db);
        var table = db.Model.FindEntityType(typeof(TRow))!.GetSchemaQualifiedTableName();
        // The time is read outside of the inner query, so after the wait for the lock. Two queries until FromSql knows
        // the column names of complex properties: https://github.com/dotnet/efcore/issues/34818
        var select =
            $$"""
            SELECT id, clock_timestamp() AS now
            FROM (SELECT id FROM {{table}} WHERE {{condition}}) AS locked
            """;
        var locked = await db.Database.SqlQueryRaw<LockedRow>(select, value).ToListAsync(cancel);
        if (locked.Count == 0)
            return ([], default);

        var ids = locked.ConvertAll(row => row.Id);
        return (await db.Set<TRow>().Where(row => ids.Contains(row.Id)).ToListAsync(cancel), locked[^1].Now);
    }

    private sealed record LockedRow(Guid Id, DateTimeOffset Now);
}
