using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>Tells the person who started the host what runs where, and what does not.</summary>
internal sealed partial class StartReport(
    DistributedApplicationModel model,
    DistributedApplicationOptions options,
    AppHostProject appHost,
    ResourceNotificationService notifications,
    ConsoleEcho console,
    TimeProvider clock,
    ILogger<StartReport> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public void Started() => console.Say($"{appHost.Name} starts {model.Resources.Count(Launcher.CanLaunch)} resources. Ctrl-C stops everything.", isBold: true);

    /// <summary>Prints the table once all are healthy, and before that once when it takes long.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        var healthy = Task.WhenAll(Awaited().SelectMany(ReplicaIds.Of).Select(id => notifications.WaitForResourceAsync(id, IsWell, cancel)));
        if (await Task.WhenAny(healthy, Task.Delay(Patience, clock, cancel)) != healthy && !cancel.IsCancellationRequested)
            Print($"Not all resources are healthy after {Patience.TotalSeconds:0} seconds:");

        await healthy;
        Print($"All resources are healthy after {clock.GetElapsedTime(started).TotalSeconds:0.0} seconds:");
    }

    /// <summary>A resource has failed; says so with the last lines of its console.</summary>
    public void Failed(IResource resource, string what, IReadOnlyList<string> lastLines)
    {
        if (options.EnableResourceLogging)
        {
            LogFailed(resource.Name, what, string.Join(Environment.NewLine, lastLines));
            return;
        }

        console.Say($"{resource.Name} {what}", isBold: true);
        if (lastLines.Count == 0) return;
        console.Say($"  the last lines of {resource.Name}:");
        foreach (var line in lastLines) console.Say($"  > {line}");
    }

    /// <summary>A resource could not be started. Its console, which the host's repeats, says why; a test's log shows it as an error.</summary>
    public void NotStarted(IResource resource, Exception failure)
    {
        if (options.EnableResourceLogging) LogFailed(resource.Name, "could not be started", failure.Message);
    }

    /// <summary>What has a health of its own: what is started, and the databases in it.</summary>
    private IEnumerable<IResource> Listed() => model.Resources.Where(resource => Launcher.CanLaunch(resource) || resource is IResourceWithParent);

    private IEnumerable<IResource> Awaited() => Listed().Where(resource => !StartsOnDemand(resource));

    private static bool StartsOnDemand(IResource resource) => resource.Annotations.OfType<ExplicitStartupAnnotation>().Any()
        || (resource is IResourceWithParent child && StartsOnDemand(child.Parent));

    private static bool IsWell(ResourceEvent one) =>
        one.Snapshot.HealthStatus == HealthStatus.Healthy || one.Snapshot.State?.Text == KnownResourceStates.Finished;

    private void Print(string title)
    {
        var rows = Listed().Select(resource => (resource.Name, State: StateOf(resource), Url: UrlOf(resource))).ToArray();
        var (nameWidth, stateWidth) = (rows.Max(row => row.Name.Length), rows.Max(row => row.State.Length));
        console.Say("");
        console.Say(title, isBold: true);
        foreach (var (name, state, url) in rows) console.Say($"  {name.PadRight(nameWidth)}  {state.PadRight(stateWidth)}  {url}".TrimEnd());
        var external = model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>())
            .Where(endpoint => endpoint is { IsExternal: true, AllocatedEndpoint: not null })
            .Select(endpoint => endpoint.AllocatedEndpoint!.UriString).ToArray();
        if (external.Length > 0) console.Say($"Open {string.Join(" or ", external)}", isBold: true);
        console.Say("Ctrl-C stops everything.");
        console.Say("");
    }

    private string StateOf(IResource resource)
    {
        var states = ReplicaIds.Of(resource)
            .Select(id => notifications.TryGetCurrentState(id, out var known) ? known.Snapshot : null)
            .Select(snapshot => snapshot?.HealthStatus?.ToString() ?? snapshot?.State?.Text ?? "Unknown")
            .GroupBy(state => state)
            .ToArray();
        return string.Join(", ", states.Select(group => group.Count() == 1 && states.Length == 1 ? group.Key : $"{group.Count()} {group.Key}"));
    }

    private static string UrlOf(IResource resource) => string.Join(", ", resource.Annotations.OfType<EndpointAnnotation>()
        .Select(endpoint => endpoint.AllocatedEndpoint?.UriString));

    [LoggerMessage(LogLevel.Error, "{Resource} {What}\n{LastLines}")]
    private partial void LogFailed(string resource, string what, string lastLines);
}
