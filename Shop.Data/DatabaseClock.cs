using Microsoft.EntityFrameworkCore;

namespace Shop.Data;

/// <summary>The database's clock. All replicas agree on it, whatever their own clocks say.</summary>
public static class DatabaseClock
{
    /// <summary>The time at the server, in a round trip of its own.</summary>
    /// <param name="db">Any context of the database.</param>
    /// <param name="cancel">Cancels the query.</param>
    public static Task<DateTimeOffset> NowAsync(this DbContext db, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Database.SqlQuery<DateTimeOffset>($"SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancel);
    }
}
