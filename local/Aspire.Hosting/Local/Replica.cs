using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>
/// Keeps one replica of a resource running from a start to a stop: waits for what it needs, starts it, and starts it
/// again, with growing pauses, when it ends by itself.
/// </summary>
internal sealed class Replica(IResource resource, string id, ReplicaServices services, Action changed) : IReplicaControl, IAsyncDisposable
{
    private readonly SemaphoreSlim _oneCommand = new(1);
    private readonly ResourceConsole _console = services.Consoles.ConsoleOf(id);
    private CancellationTokenSource _run = new();
    private Task _running = Task.CompletedTask;

    public IResource Resource => resource;

    public string Id => id;

    private ReplicaState State { get; } = new(resource, id, services, changed);

    /// <summary>Starts without waiting for anything.</summary>
    public void Begin()
    {
        _run.Dispose();
        _run = new CancellationTokenSource();
        _running = RunAsync(_run.Token);
    }

    public async Task<string?> StartAsync(CancellationToken cancel)
    {
        await _oneCommand.WaitAsync(cancel);
        try
        {
            if (!_running.IsCompleted && !State.Is(KnownResourceStates.Waiting)) return State.IsDown ? await AgainAsync() : null;

            // A start by command does not wait for others any longer.
            await EndAsync();
            // Before the command returns: who then waits for the resource must not see the state of its last run.
            await State.StartingAsync();
            _run.Dispose();
            _run = new CancellationTokenSource();
            _running = RunAsync(_run.Token, waits: false);
            return null;
        }
        finally
        {
            _oneCommand.Release();
        }
    }

    public async Task<string?> StopAsync(CancellationToken cancel)
    {
        await _oneCommand.WaitAsync(cancel);
        try
        {
            if (_running.IsCompleted) return null;

            await State.StoppingAsync();
            await EndAsync();
            return null;
        }
        finally
        {
            _oneCommand.Release();
        }
    }

    public async Task<string?> RestartAsync(CancellationToken cancel) => await StopAsync(cancel) ?? await StartAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _run.Dispose();
        _oneCommand.Dispose();
    }

    /// <summary>Does not wait for the end of the pause after a failure.</summary>
    private async Task<string?> AgainAsync()
    {
        await EndAsync();
        await State.StartingAsync();
        Begin();
        return null;
    }

    private async Task EndAsync()
    {
        await _run.CancelAsync();
        await _running;
    }

    private async Task RunAsync(CancellationToken cancel, bool waits = true)
    {
        await Task.Yield();
        try
        {
            if (waits && !await WaitAsync(cancel)) return;

            await services.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services.Provider), cancel);
            for (var failures = 0; ; failures++)
            {
                var started = services.Clock.GetTimestamp();
                var exitCode = await RunOnceAsync(failures, cancel);
                if (exitCode is { } code && IsDone(code)) return;

                if (services.Clock.GetElapsedTime(started) > RestartPause.LongEnough) failures = 0;
                await Task.Delay(RestartPause.After(failures), services.Clock, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await State.StoppedAsync();
        }
        catch (Exception failure)
        {
            services.Report.Failed(resource, $"could not be started: {failure.Message}", []);
            _console.Write(failure.ToString(), isError: true);
            await State.FailedAsync(willRestart: false);
        }
    }

    private async Task<bool> WaitAsync(CancellationToken cancel)
    {
        if (!resource.Annotations.OfType<WaitAnnotation>().Any()) return true;

        await State.WaitingAsync();
        try
        {
            await services.Notifications.WaitForDependenciesAsync(resource, cancel);
            return true;
        }
        catch (DistributedApplicationException lost)
        {
            services.Report.Failed(resource, $"can't start: {lost.Message}", []);
            await State.FailedAsync(willRestart: false);
            return false;
        }
    }

    /// <summary>From one start to the end of the process.</summary>
    /// <returns>The exit code; null when it could not be started.</returns>
    private async Task<int?> RunOnceAsync(int failures, CancellationToken cancel)
    {
        await State.StartingAsync();
        ChildProcess child;
        try
        {
            var start = await services.Launcher.PrepareAsync(resource, id, State.Progress, cancel);
            child = await ChildProcess.StartAsync(start, _console.Write, cancel);
            await State.RunningAsync(child.Id, start);
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            _console.Write($"Could not be started, attempt {failures + 1}: {failure.Message}", isError: true);
            services.Report.NotStarted(resource, failure);
            await State.FailedAsync(willRestart: true);
            return null;
        }

        await using (child)
        {
            using (var serving = CancellationTokenSource.CreateLinkedTokenSource(cancel))
            {
                var balance = services.Balance.FollowAsync(resource, id, changed, serving.Token);
                await Task.WhenAny(child.Exited, balance);
                await serving.CancelAsync();
                await balance;
            }

            if (cancel.IsCancellationRequested)
            {
                await child.StopAsync();
                State.ExitCode = await child.Exited;
                throw new OperationCanceledException(cancel);
            }

            var exitCode = await child.Exited;
            await EndedAsync(exitCode, failures);
            return exitCode;
        }
    }

    private async Task EndedAsync(int exitCode, int failures)
    {
        if (IsDone(exitCode))
        {
            await State.EndedAsync(exitCode, willRestart: false, keepsFailing: false);
            return;
        }

        services.Report.Failed(resource, Endings.Describe(exitCode), _console.Last(RestartPause.LastLines));
        await State.EndedAsync(exitCode, willRestart: true, RestartPause.KeepsFailing(failures));
    }

    /// <summary>What is meant to end is not started again; neither is a program without endpoints that ends well.</summary>
    private bool IsDone(int exitCode) => resource.Annotations.OfType<RunsOnceAnnotation>().Any()
        || (exitCode == 0 && !resource.Annotations.OfType<EndpointAnnotation>().Any());
}

/// <summary>How long a replica that ended by itself stays down.</summary>
internal static class RestartPause
{
    public const int LastLines = 20;
    private const int QuickFailures = 3;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>What ran so long is not in a series of failures.</summary>
    public static TimeSpan LongEnough { get; } = TimeSpan.FromSeconds(20);

    public static TimeSpan After(int failures) => Longest < Shortest * Math.Pow(2, Math.Min(failures, 10)) ? Longest : Shortest * Math.Pow(2, failures);

    public static bool KeepsFailing(int failures) => failures + 1 >= QuickFailures;
}
