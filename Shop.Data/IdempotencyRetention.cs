using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// Deletes answers that are too old for any client to repeat their requests, in small batches; replicas may do it at
/// the same time. Does nothing for a module whose model has no <see cref="IdempotentAnswer"/>.
/// </summary>
internal sealed class IdempotencyRetention<TDb>(
    IServiceScopeFactory scopes, DatabaseReadiness<TDb> readiness, TimeProvider clock,
    ILogger<IdempotencyRetention<TDb>> log)
    : BackgroundWorker($"Forgetting old answers of {typeof(TDb).Name}", TimeSpan.FromHours(1), readiness.Migrated, log)
    where TDb : DbContext
{
    public static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private const int BatchSize = 500;

    /// <summary>
    /// Removes a batch of answers from before <paramref name="before"/>; true when there may be more.
    /// </summary>
    public static async Task<bool> DeleteAsync(TDb db, DateTimeOffset before, CancellationToken cancel)
    {
        if (db.Model.FindEntityType(typeof(IdempotentAnswer)) is null)
            return false;

        var deleted = await db.Set<IdempotentAnswer>()
            .Where(answer => answer.At < before).OrderBy(answer => answer.At).Take(BatchSize)
            .ExecuteDeleteAsync(cancel);
        return deleted == BatchSize;
    }

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await DeleteAsync(
            scope.ServiceProvider.GetRequiredService<TDb>(), clock.GetUtcNow() - Retention, cancel);
    }
}
