using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// A user whose account was deleted. The module anonymizes their data as soon as no unfinished order needs it. The row
/// schedules further checks, because some data may arrive only after the deletion event.
/// </summary>
public sealed class DeletedUser
{
    /// <summary>The id of the deleted account.</summary>
    public required Guid UserId { get; init; }

    /// <summary>When the account was deleted.</summary>
    public required DateTimeOffset DeletedAt { get; init; }

    /// <summary>When to check next, by the database's clock; null when no more data can arrive.</summary>
    public DateTimeOffset? DueAt { get; set; }
}

/// <summary>Records deleted accounts in a module.</summary>
public static class Erasure
{
    /// <summary>Adds the table <c>deleted_users</c> to the module's schema.</summary>
    /// <param name="model">The model of a module's context.</param>
    public static ModelBuilder AddErasure(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Entity<DeletedUser>(user =>
        {
            user.ToTable("deleted_users");
            user.HasKey(u => u.UserId);
            user.Property(u => u.UserId).ValueGeneratedNever();
            user.HasIndex(u => u.DueAt).HasFilter("due_at IS NOT NULL");
        });
    }

    /// <summary>Records a deletion in the current transaction. Recording it again has no effect.</summary>
    /// <typeparam name="TDb">The module's context.</typeparam>
    /// <param name="db">The module's context; its model contains <see cref="AddErasure"/>.</param>
    /// <param name="userId">The id of the deleted account.</param>
    /// <param name="deletedAt">When it was deleted.</param>
    /// <param name="cancel">Cancels the statement.</param>
    public static Task NoteDeletedAsync<TDb>(
        this TDb db, Guid userId, DateTimeOffset deletedAt, CancellationToken cancel)
        where TDb : DbContext
    {
        ArgumentNullException.ThrowIfNull(db);
        var insert =
            $$"""
            INSERT INTO {{Databases.SchemaOf<TDb>()}}.deleted_users (user_id, deleted_at, due_at)
            VALUES ({0}, {1}, now()) ON CONFLICT DO NOTHING
            """;
        return db.Database.ExecuteSqlRawAsync(insert, [userId, deletedAt], cancel);
    }
}

/// <summary>
/// Anonymizes the data that a module has about deleted users. It may run again at any time; replicas share the work.
/// </summary>
/// <typeparam name="TDb">The module's context.</typeparam>
/// <param name="scopes">Creates a context for each run.</param>
/// <param name="readiness">Tells when the tables exist.</param>
/// <param name="log">The log of the worker.</param>
public abstract partial class ErasureLoop<TDb>(
    IServiceScopeFactory scopes, DatabaseReadiness<TDb> readiness, ILogger<ErasureLoop<TDb>> log)
    : BackgroundWorker(
        $"Erasing deleted users from {typeof(TDb).Name}", TimeSpan.FromSeconds(2),
        (readiness ?? throw new ArgumentNullException(nameof(readiness))).Migrated, log)
    where TDb : DbContext
{
    private const int BatchSize = 10;
    private static readonly TimeSpan RetryWhileNeeded = TimeSpan.FromMinutes(1);

    // Access tokens stay valid for minutes after the deletion, and orders placed with them arrive soon after.
    private static readonly TimeSpan SecondCheckAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromDays(1);

    // Longer than any message or order can be delayed.
    private static readonly TimeSpan LastCheckAge = TimeSpan.FromDays(30);

    /// <summary>Erases what can be erased of one user now, in one transaction.</summary>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="userId">The id of the deleted account.</param>
    /// <param name="cancel">Ends when the host stops.</param>
    /// <returns>Whether some data cannot be erased yet.</returns>
    protected abstract Task<bool> EraseAsync(TDb db, Guid userId, CancellationToken cancel);

    /// <inheritdoc/>
    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var due =
            $$"""
            SELECT * FROM {{Databases.SchemaOf<TDb>()}}.deleted_users WHERE due_at <= now()
            ORDER BY due_at LIMIT {0} FOR UPDATE SKIP LOCKED
            """;
        var users = await db.Set<DeletedUser>().FromSqlRaw(due, BatchSize).ToListAsync(cancel);
        if (users.Count == 0)
            return false;

        var now = await db.NowAsync(cancel);
        foreach (var user in users)
        {
            var isLeft = await EraseAsync(db, user.UserId, cancel);
            user.DueAt = isLeft ? now + RetryWhileNeeded : NextLook(now - user.DeletedAt, now);
            LogErased(typeof(TDb).Name, user.UserId, isLeft);
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return users.Count == BatchSize;
    }

    internal static DateTimeOffset? NextLook(TimeSpan age, DateTimeOffset now) =>
        age >= LastCheckAge ? null
        : age < SecondCheckAge ? now + (SecondCheckAge - age)
        : now + CheckInterval;

    [LoggerMessage(
        1, LogLevel.Information, "{Database} has erased what it can of deleted user {UserId}; more is left: {IsLeft}")]
    private partial void LogErased(string database, Guid userId, bool isLeft);
}
