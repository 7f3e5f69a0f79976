using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Monolith;

/// <summary>
/// Starts the modules, and stops them when the gateway takes no more requests. A module that can't start or ends by
/// itself is started again for ever, while the others work.
/// </summary>
internal sealed partial class ModuleHosts(
    IReadOnlyList<ModuleHost> modules, TimeProvider clock, ILogger<ModuleHosts> log)
    : IHostedService, IHealthCheck, IDisposable
{
    // How long the process counts as starting because of a module that is not ready.
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _start = clock.GetTimestamp();
    private Task _running = Task.CompletedTask;
    private volatile bool _hasBeenReady;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(modules.Select(module => Task.Run(() => RunAsync(module), cancellationToken)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
        await Task.WhenAll(modules.Select(module => module.StopAsync(cancellationToken)));
    }

    /// <summary>
    /// Ready when all modules are. One that is not ready after all have been, or after some time, degrades the process
    /// and does not keep the requests for the others away.
    /// </summary>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        List<string> missing = [];
        foreach (var module in modules)
        {
            if (!await module.IsReadyAsync(cancellationToken))
                missing.Add(module.Name);
        }

        if (missing is [])
        {
            _hasBeenReady = true;
            return HealthCheckResult.Healthy();
        }

        var text = $"Not ready: {string.Join(", ", missing)}.";
        return _hasBeenReady || clock.GetElapsedTime(_start) > StartTime
            ? HealthCheckResult.Degraded(text)
            : HealthCheckResult.Unhealthy(text);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(ModuleHost module)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await module.StartAsync(_stopping.Token);
                await module.EndAsync(_stopping.Token);
                if (_stopping.IsCancellationRequested)
                    return;

                LogEnded(module.Name);
                await module.StopAsync(_stopping.Token);
                await PauseAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever keeps a module from starting, the others go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogNotStarted(exception, module.Name);
                await module.StandInAsync(_stopping.Token);
                await PauseAsync();
            }
        }
    }

    // Each attempt makes the whole module anew, and a wrong setting does not become right soon.
    private async Task PauseAsync() => await Task.Delay(RetryInterval, clock, _stopping.Token)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(1, LogLevel.Error, "The module {Module} can't start and is tried again; its routes answer 503")]
    private partial void LogNotStarted(Exception exception, string module);

    [LoggerMessage(2, LogLevel.Error, "The module {Module} has ended by itself and is started again")]
    private partial void LogEnded(string module);
}
