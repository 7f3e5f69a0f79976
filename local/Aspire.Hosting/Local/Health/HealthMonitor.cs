using System.Collections.Immutable;
using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>
/// Watches the health of one resource while it runs, and tells when it is ready. A replica that has just started is
/// unhealthy until a check that began after its start says otherwise; one of several also until it takes part, since a
/// check may have been answered by another.
/// </summary>
internal sealed partial class HealthMonitor(
    IResource resource,
    HealthChecker checker,
    PublicEndpoints endpoints,
    ResourceNotificationService notifications,
    IDistributedApplicationEventing eventing,
    IServiceProvider services,
    TimeProvider clock,
    ILogger log)
{
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    // In the first seconds each check may be the one that lets others start.
    private const int QuickChecks = 200;

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _wasHealthy;

    /// <summary>A replica has started or ended.</summary>
    public void Wake() => _changed.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken cancel)
    {
        Task? ready = null;
        var failures = 0;
        while (!cancel.IsCancellationRequested)
        {
            var running = Running();
            if (running.Count == 0)
            {
                (ready, failures, _wasHealthy) = (null, 0, false);
                await _changed.Reader.ReadAsync(cancel);
                continue;
            }

            var reports = await checker.RunAsync(resource, cancel);
            var isHealthy = reports.All(report => report.Status == HealthStatus.Healthy);
            failures = isHealthy ? 0 : failures + 1;
            if (isHealthy) ready ??= TellReadyAsync(cancel);
            await PublishAsync(running, reports, isHealthy ? ready : null);
            LogChange(isHealthy, reports);

            var pause = isHealthy ? WhileHealthy
                : ready is null && failures <= QuickChecks ? WhileStarting
                : TimeSpan.FromSeconds(Math.Min(failures, LongestPause.TotalSeconds));
            await PauseAsync(pause, cancel);
        }
    }

    private Dictionary<string, DateTime?> Running() => ReplicaIds.Of(resource)
        .Select(id => notifications.TryGetCurrentState(id, out var known) ? known : null)
        .Where(known => known?.Snapshot.State?.Text == KnownResourceStates.Running)
        .ToDictionary(known => known!.ResourceId, known => known!.Snapshot.StartTimeStamp);

    private async Task PublishAsync(Dictionary<string, DateTime?> running, ImmutableArray<HealthReportSnapshot> reports, Task? ready)
    {
        foreach (var (id, started) in running)
        {
            var (known, toDependents) = endpoints.TakesPart(resource, id) ? (reports, ready) : (HealthChecker.Pending(resource), null);
            await notifications.PublishUpdateAsync(resource, id, snapshot =>
                snapshot.State?.Text == KnownResourceStates.Running && snapshot.StartTimeStamp == started
                    ? snapshot with { HealthReports = known, Ready = toDependents ?? snapshot.Ready }
                    : snapshot);
        }
    }

    private async Task TellReadyAsync(CancellationToken cancel)
    {
        try
        {
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whoever waits for the resource gets this failure too.
            LogReadyFailed(resource.Name, failure);
            throw;
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var timer = Task.Delay(pause, clock, either.Token);
        var woken = _changed.Reader.ReadAsync(either.Token).AsTask();
        await Task.WhenAny(timer, woken);
        await either.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }

    private void LogChange(bool isHealthy, ImmutableArray<HealthReportSnapshot> reports)
    {
        if (_wasHealthy && !isHealthy)
            LogUnhealthy(resource.Name, string.Join("; ", reports
                .Where(report => report.Status != HealthStatus.Healthy).Select(report => report.Description ?? report.ExceptionText)));
        _wasHealthy = isHealthy;
    }

    [LoggerMessage(LogLevel.Warning, "{Resource} is unhealthy: {Reason}")]
    private partial void LogUnhealthy(string resource, string reason);

    [LoggerMessage(LogLevel.Error, "What was to be done when {Resource} is ready has failed")]
    private partial void LogReadyFailed(string resource, Exception failure);
}
