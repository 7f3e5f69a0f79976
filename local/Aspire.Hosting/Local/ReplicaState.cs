using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Publishes the states of one replica.</summary>
internal sealed class ReplicaState(IResource resource, string id, ReplicaServices services, Action changed)
{
    private const string ProcessId = "executable.pid";
    private const string ProgramPath = "executable.path";

    /// <summary>The exit code of the last process, once it has been stopped.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Whether it is between two starts.</summary>
    public bool IsDown => services.Notifications.TryGetCurrentState(id, out var known) && known.Snapshot.WillRestart;

    public bool Is(string state) => services.Notifications.TryGetCurrentState(id, out var known) && known.Snapshot.State?.Text == state;

    public Task WaitingAsync() => PublishAsync(KnownResourceStates.Waiting, KnownResourceStateStyles.Info);

    public Task StartingAsync() => PublishAsync(KnownResourceStates.Starting, KnownResourceStateStyles.Info);

    public Task StoppingAsync() => PublishAsync(KnownResourceStates.Stopping, KnownResourceStateStyles.Info);

    /// <summary>Says how far a long preparation has come.</summary>
    public void Progress(string text) => services.Consoles.ConsoleOf(id).Write(text, isError: false);

    public Task RunningAsync(int processId, ProcessStart start)
    {
        ExitCode = null;
        return ChangeAsync(snapshot => snapshot with
        {
            State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
            StartTimeStamp = Now,
            StopTimeStamp = null,
            ExitCode = null,
            WillRestart = false,
            Ready = null,
            HealthReports = HealthChecker.Pending(resource),
            EnvironmentVariables = [.. start.Environment.Where(one => one.Value is not null).Select(one => new EnvironmentVariableSnapshot(one.Key, one.Value, true))],
            Urls = Urls(),
            Properties =
            [
                new ResourcePropertySnapshot(ProcessId, processId.ToString(CultureInfo.InvariantCulture)),
                new ResourcePropertySnapshot(ProgramPath, start.FileName),
            ],
        });
    }

    /// <summary>It ended by itself.</summary>
    public async Task EndedAsync(int exitCode, bool willRestart, bool keepsFailing)
    {
        var state = keepsFailing ? KnownResourceStates.FailedToStart : exitCode == 0 ? KnownResourceStates.Finished : KnownResourceStates.Exited;
        await DownAsync(state, exitCode == 0 ? KnownResourceStateStyles.Success : KnownResourceStateStyles.Error, exitCode, willRestart);
    }

    public Task StoppedAsync() => DownAsync(KnownResourceStates.Exited, KnownResourceStateStyles.Info, ExitCode, willRestart: false);

    public Task FailedAsync(bool willRestart) => DownAsync(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error, null, willRestart);

    private DateTime Now => services.Clock.GetUtcNow().UtcDateTime;

    private async Task DownAsync(string state, string style, int? exitCode, bool willRestart)
    {
        await ChangeAsync(snapshot => snapshot with
        {
            State = new ResourceStateSnapshot(state, style),
            StopTimeStamp = Now,
            ExitCode = exitCode,
            WillRestart = willRestart,
            Ready = null,
            HealthReports = [],
            Urls = [.. snapshot.Urls.Select(url => url with { IsInactive = true })],
            Properties = [],
        });
        if (services.Notifications.TryGetCurrentState(id, out var last))
            await services.Eventing.PublishAsync(new ResourceStoppedEvent(resource, services.Provider, last), CancellationToken.None);
    }

    private Task PublishAsync(string state, string style) => ChangeAsync(snapshot => snapshot with
    {
        State = new ResourceStateSnapshot(state, style),
        WillRestart = false,
        Ready = null,
        HealthReports = [],
    });

    private async Task ChangeAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        await services.Notifications.PublishUpdateAsync(resource, id, change);
        changed();
    }

    private ImmutableArray<UrlSnapshot> Urls() =>
    [
        .. resource.Annotations.OfType<EndpointAnnotation>()
            .Where(endpoint => endpoint.AllocatedEndpoint is not null)
            .Select(endpoint => new UrlSnapshot(endpoint.Name, endpoint.AllocatedEndpoint!.UriString, !endpoint.IsExternal)),
    ];
}
