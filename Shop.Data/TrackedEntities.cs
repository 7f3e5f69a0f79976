using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Shop.Data;

/// <summary>What a context tracks, for those who look at it around a save or a commit.</summary>
public static class TrackedEntities
{
    /// <summary>
    /// The entities in this state, without the search for changed ones, which is the costly part: a save does it
    /// anyway, and after a commit it is in vain. What was added or saved has its state without it.
    /// </summary>
    /// <typeparam name="TEntity">The kind of entity.</typeparam>
    /// <param name="db">The context.</param>
    /// <param name="state">The state; null for any.</param>
    public static IReadOnlyList<TEntity> Tracked<TEntity>(this DbContext db, EntityState? state = null)
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.WithoutDetection<TEntity>(tracker =>
        [
            .. from entry in tracker.Entries<TEntity>()
               where state is null || entry.State == state
               select entry.Entity,
        ]);
    }

    /// <summary>All rows that the context tracks, in the same way.</summary>
    internal static IReadOnlyList<EntityEntry> TrackedRows(this DbContext db) =>
        db.WithoutDetection<EntityEntry>(tracker => [.. tracker.Entries()]);

    private static IReadOnlyList<T> WithoutDetection<T>(
        this DbContext db, Func<ChangeTracker, IReadOnlyList<T>> read)
    {
        var detects = db.ChangeTracker.AutoDetectChangesEnabled;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            return read(db.ChangeTracker);
        }
        finally
        {
            db.ChangeTracker.AutoDetectChangesEnabled = detects;
        }
    }
}
