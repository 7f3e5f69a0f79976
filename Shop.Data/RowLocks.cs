using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

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
public static class RowLocking
{
    /// <summary>Locks the rows that match.</summary>
    /// <typeparam name="TRow">An entity; its columns are named in snake case.</typeparam>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="condition">SQL after WHERE, with <c>{0}</c> for the value, up to FOR UPDATE.</param>
    /// <param name="value">What the condition compares with.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The rows, and the time when all of them were locked.</returns>
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
            SELECT locked.id, clock_timestamp() AS now
            FROM (SELECT) AS one LEFT JOIN (SELECT id FROM {{table}} WHERE {{condition}}) AS locked ON true
            """;
        var locked = await db.Database.SqlQueryRaw<LockedRow>(select, value).ToListAsync(cancel);
        if (locked is [{ Id: null, Now: var now }])
            return ([], now);

        var ids = locked.ConvertAll(row => row.Id!.Value);
        return (await db.Set<TRow>().Where(row => ids.Contains(row.Id)).ToListAsync(cancel), locked[^1].Now);
    }

    /// <summary>For rows that are asked for by another key than their id.</summary>
    /// <typeparam name="TRow">What is locked.</typeparam>
    /// <param name="db">The context that holds the locks.</param>
    /// <param name="keyOf">The key.</param>
    /// <param name="column">The column of the key.</param>
    public static RowLocks<TRow> RowLocksBy<TRow>(this DbContext db, Func<TRow, Guid> keyOf, string column)
        where TRow : LeasedRow
    {
        var condition = $"{column} = ANY ({{0}}) ORDER BY {column} FOR UPDATE";
        return new(db, keyOf, (keys, cancel) => db.LockRowsAsync<TRow>(condition, keys, cancel));
    }

    private sealed record LockedRow(Guid? Id, DateTimeOffset Now);
}

/// <summary>
/// Rows that one query locks for many who then ask for one each. They are known as long as they are locked, which is
/// until the transaction ends.
/// </summary>
/// <typeparam name="TRow">What is locked.</typeparam>
/// <param name="db">The context that holds the locks.</param>
/// <param name="keyOf">The key by which a row is asked for.</param>
/// <param name="query">Locks the rows of these keys, in the order of the keys; also says when.</param>
public sealed class RowLocks<TRow>(
    DbContext db,
    Func<TRow, Guid> keyOf,
    Func<Guid[], CancellationToken, Task<(IReadOnlyList<TRow> Rows, DateTimeOffset Now)>> query)
    where TRow : class
{
    private readonly Dictionary<Guid, (TRow? Row, DateTimeOffset Now)> _locked = [];
    private IDbContextTransaction? _transaction;

    /// <summary>Locks the rows of these keys, as far as there are any.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public async Task LockAsync(Guid[] keys, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ForgetEarlierTransactions();
        var (rows, now) = await query(keys, cancel);
        foreach (var key in keys)
            _locked[key] = (null, now);

        foreach (var row in rows)
            _locked[keyOf(row)] = (row, now);
    }

    /// <summary>The row of a key, locked now or by <see cref="LockAsync(Guid[], CancellationToken)"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The row, or null if there was none; and the database's time after the wait for the lock.</returns>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public async Task<(TRow? Row, DateTimeOffset Now)> LockAsync(Guid key, CancellationToken cancel)
    {
        ForgetEarlierTransactions();
        if (!_locked.ContainsKey(key))
            await LockAsync([key], cancel);

        return _locked[key];
    }

    private void ForgetEarlierTransactions()
    {
        var transaction = db.Database.CurrentTransaction
            ?? throw new InvalidOperationException("A lock is held until a transaction ends, and there is none.");
        if (ReferenceEquals(transaction, _transaction))
            return;

        _locked.Clear();
        _transaction = transaction;
    }
}
