using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// Somebody whose account is gone. What a module keeps of them becomes anonymous as soon as it is not needed for an
/// order under way; this row remembers to look, since some of it may arrive only after the news of the deletion.
/// </summary>
public sealed class DeletedUser
{
    /// <summary>The account's id, which now leads to nobody.</summary>
    public required Guid UserId { get; init; }

    /// <summary>When the account was deleted.</summary>
    public required DateTimeOffset DeletedAt { get; init; }

    /// <summary>When to look next, by the database's clock; null when nothing can come any more.</summary>
    public DateTimeOffset? DueAt { get; set; }
}

/// <summary>How a module learns of deleted accounts.</summary>
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

    /// <summary>Notes a deletion, in the transaction that is under way. Noting it again has no effect.</summary>
    /// <typeparam name="TDb">The module's context.</typeparam>
    /// <param name="db">The module's context; its model contains <see cref="AddErasure"/>.</param>
    /// <param name="userId">Whose account is gone.</param>
    /// <param name="deletedAt">Since when.</param>
    /// <param name="cancel">The end of patience.</param>
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
/// Makes anonymous what a module keeps of deleted users. A look may be repeated at any time; replicas share the work.
/// </summary>
/// <typeparam name="TDb">The module's context.</typeparam>
/// <param name="scopes">Gives each round a context of its own.</param>
/// <param name="readiness">When the tables are there.</param>
/// <param name="log">Of the worker.</param>
public abstract partial class ErasureLoop<TDb>(
    IServiceScopeFactory scopes, DatabaseReadiness<TDb> readiness, ILogger<ErasureLoop<TDb>> log)
    : BackgroundWorker(
        $"Erasing deleted users from {typeof(TDb).Name}", TimeSpan.FromSeconds(2),
        (readiness ?? throw new ArgumentNullException(nameof(readiness))).Migrated, log)
    where TDb : DbContext
{
    private const int Batch = 10;
    private static readonly TimeSpan WhileUnderWay = TimeSpan.FromMinutes(1);

    // Access tokens outlive their account by minutes, and what was ordered with them comes soon after.
    private static readonly TimeSpan SecondLook = TimeSpan.FromHours(1);
    private static readonly TimeSpan LaterLooks = TimeSpan.FromDays(1);

    // Longer than any message or order waits for anything.
    private static readonly TimeSpan LastLook = TimeSpan.FromDays(30);

    /// <summary>Erases what can be erased of one user now; all its changes are one transaction.</summary>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="userId">Whose account is gone.</param>
    /// <param name="cancel">Ends when the host stops.</param>
    /// <returns>Whether something is left that can't be erased yet.</returns>
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
        var users = await db.Set<DeletedUser>().FromSqlRaw(due, Batch).ToListAsync(cancel);
        if (users.Count == 0)
            return false;

        var now = await db.NowAsync(cancel);
        foreach (var user in users)
        {
            var isLeft = await EraseAsync(db, user.UserId, cancel);
            user.DueAt = isLeft ? now + WhileUnderWay : NextLook(now - user.DeletedAt, now);
            LogErased(typeof(TDb).Name, user.UserId, isLeft);
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return users.Count == Batch;
    }

    internal static DateTimeOffset? NextLook(TimeSpan age, DateTimeOffset now) =>
        age >= LastLook ? null
        : age < SecondLook ? now + (SecondLook - age)
        : now + LaterLooks;

    [LoggerMessage(
        1, LogLevel.Information, "{Database} has erased what it can of deleted user {UserId}; more is left: {IsLeft}")]
    private partial void LogErased(string database, Guid userId, bool isLeft);
}
