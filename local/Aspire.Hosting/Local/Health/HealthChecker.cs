using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>Runs the health checks of a resource.</summary>
internal sealed class HealthChecker(HealthCheckService checks, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The reports of checks that have not run yet.</summary>
    public static ImmutableArray<HealthReportSnapshot> Pending(IResource resource) =>
        [.. KeysOf(resource).Select(key => new HealthReportSnapshot(key, null, null, null))];

    public async Task<ImmutableArray<HealthReportSnapshot>> RunAsync(IResource resource, CancellationToken cancel)
    {
        var keys = KeysOf(resource).ToHashSet();
        if (keys.Count == 0) return [];

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        var now = clock.GetUtcNow().UtcDateTime;
        try
        {
            var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), patience.Token).WaitAsync(patience.Token);
            var found = report.Entries.Select(entry => new HealthReportSnapshot(
                entry.Key, entry.Value.Status, entry.Value.Description, entry.Value.Exception?.Message)
            { LastRunAt = now });
            var unknown = keys.Except(report.Entries.Keys).Select(key => new HealthReportSnapshot(
                key, HealthStatus.Unhealthy, $"No health check '{key}' is registered.", null)
            { LastRunAt = now });
            return [.. found, .. unknown];
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return [.. keys.Select(key => new HealthReportSnapshot(key, HealthStatus.Unhealthy, "It does not answer in time.", null) { LastRunAt = now })];
        }
    }

    private static IEnumerable<string> KeysOf(IResource resource) =>
        resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).Distinct();
}
