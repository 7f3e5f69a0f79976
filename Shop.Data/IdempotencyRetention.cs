using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// Forgets answers that are so old that no client repeats their requests any more, in small batches; replicas may do it
/// at the same time. Does nothing for a module whose model has no <see cref="IdempotentAnswer"/>.
/// </summary>
internal sealed class IdempotencyRetention<TDb>(
    IServiceScopeFactory scopes, DatabaseReadiness<TDb> readiness, TimeProvider clock,
    ILogger<IdempotencyRetention<TDb>> log)
    : BackgroundWorker($"Forgetting old answers of {typeof(TDb).Name}", TimeSpan.FromHours(1), readiness.Migrated, log)
    where TDb : DbContext
{
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);
    private const int Batch = 500;

    /// <summary>
    /// Removes a batch of answers from before <paramref name="before"/>; true when there may be more.
    /// </summary>
    public static async Task<bool> ForgetAsync(TDb db, DateTimeOffset before, CancellationToken cancel)
    {
        if (db.Model.FindEntityType(typeof(IdempotentAnswer)) is null)
            return false;

        var forgotten = await db.Set<IdempotentAnswer>()
            .Where(answer => answer.At < before).OrderBy(answer => answer.At).Take(Batch)
            .ExecuteDeleteAsync(cancel);
        return forgotten == Batch;
    }

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ForgetAsync(scope.ServiceProvider.GetRequiredService<TDb>(), clock.GetUtcNow() - Age, cancel);
    }
}
