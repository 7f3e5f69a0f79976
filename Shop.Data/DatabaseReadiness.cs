using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>Whether all migrations of <typeparamref name="TDb"/> have been applied.</summary>
/// <typeparam name="TDb">The context.</typeparam>
public sealed class DatabaseReadiness<TDb> : IHealthCheck, IReadiness
    where TDb : DbContext
{
    private readonly TaskCompletionSource _migrated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when migrations and seed are done; never fails.</summary>
    public Task Migrated => _migrated.Task;

    bool IReadiness.IsReady => Migrated.IsCompleted;

    internal void SetMigrated() => _migrated.TrySetResult();

    Task<HealthCheckResult> IHealthCheck.CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Migrated.IsCompleted
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The migrations are not applied yet."));
}
