using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>Starts all resources of an application and stops them again, those first that need others.</summary>
internal sealed partial class Orchestrator(
    DistributedApplicationModel model,
    ReplicaServices services,
    HealthChecker checker,
    ConsoleEcho echo,
    ILogger<Orchestrator> log) : IHostedService, IResourceControl, IAsyncDisposable
{
    private const string IdLetters = "abcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 8;

    private readonly CancellationTokenSource _over = new();
    private readonly Dictionary<IResource, HealthMonitor> _monitors = [];
    private readonly List<Task> _background = [];
    private IReadOnlyList<Replica> _replicas = [];
    private bool _disposed;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await services.Eventing.PublishAsync(new BeforeStartEvent(services.Provider, model), cancellationToken);
        foreach (var resource in model.Resources) Name(resource);
        echo.Start();
        services.Report.Started();
        _replicas = [.. model.Resources.Where(Launcher.CanLaunch).SelectMany(ReplicasOf)];
        foreach (var resource in model.Resources.Where(HasHealth)) Watch(resource);

        foreach (var parameter in model.Resources.OfType<ParameterResource>()) await PublishAsync(parameter, cancellationToken);
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>()) services.Endpoints.Allocate(resource);
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>())
            await services.Eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services.Provider), cancellationToken);
        foreach (var resource in model.Resources.OfType<IResourceWithConnectionString>())
            await services.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services.Provider), cancellationToken);

        foreach (var child in model.Resources.OfType<IResourceWithParent>())
            if (!Launcher.CanLaunch(child)) InBackground(FollowParentAsync(child));
        foreach (var replica in _replicas) await BeginAsync(replica);
        await services.Eventing.PublishAsync(new AfterResourcesCreatedEvent(services.Provider, model), cancellationToken);
        InBackground(services.Report.RunAsync(_over.Token));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _over.CancelAsync();
        if (_replicas.Count > 0) echo.Say("Stopping…");
        foreach (var group in StopOrder.Of(model.Resources))
            await Task.WhenAll(_replicas.Where(replica => group.Contains(replica.Resource)).Select(replica => replica.StopAsync(cancellationToken)));
        await Task.WhenAll(_background);
        foreach (var resource in model.Resources) services.Consoles.Complete(resource);
    }

    public IReadOnlyList<IReplicaControl> Find(string name)
    {
        var replica = _replicas.FirstOrDefault(one => string.Equals(one.Id, name, StringComparison.OrdinalIgnoreCase));
        return replica is not null
            ? [replica]
            : [.. _replicas.Where(one => string.Equals(one.Resource.Name, name, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>Also after a start that failed half-way: nothing stays behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;

        _disposed = true;
        await _over.CancelAsync();
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await Task.WhenAll(_background);
        _over.Dispose();
    }

    private static bool HasHealth(IResource resource) => Launcher.CanLaunch(resource) || resource is IResourceWithParent;

    private void Name(IResource resource)
    {
        if (Launcher.CanLaunch(resource) && !resource.Annotations.OfType<ReplicaIdsAnnotation>().Any())
            resource.Annotations.Add(new ReplicaIdsAnnotation([.. Enumerable.Range(0, ReplicaIds.CountOf(resource))
                .Select(_ => $"{resource.Name}-{RandomNumberGenerator.GetString(IdLetters, IdLength)}")]));
        services.Consoles.Register(resource);
    }

    private IEnumerable<Replica> ReplicasOf(IResource resource) => ReplicaIds.Of(resource).Select(id =>
        new Replica(resource, id, services, () => _monitors[resource].Wake()));

    private void Watch(IResource resource)
    {
        _monitors[resource] = new HealthMonitor(resource, checker, services.Endpoints, services.Notifications, services.Eventing, services.Provider, services.Clock, log);
        InBackground(_monitors[resource].RunAsync(_over.Token));
    }

    private async Task BeginAsync(Replica replica)
    {
        if (replica.Resource.Annotations.OfType<ExplicitStartupAnnotation>().Any())
            await services.Notifications.PublishUpdateAsync(replica.Resource, replica.Id, snapshot => snapshot with { State = KnownResourceStates.NotStarted });
        else
            replica.Begin();
    }

    private async Task PublishAsync(ParameterResource parameter, CancellationToken cancel)
    {
        var state = KnownResourceStates.Active;
        try
        {
            await parameter.GetValueAsync(cancel);
        }
        catch (DistributedApplicationException missing)
        {
            state = KnownResourceStates.ValueMissing;
            services.Report.Failed(parameter, $"has no value: {missing.Message}", []);
        }

        await services.Notifications.PublishUpdateAsync(parameter, snapshot => snapshot with { State = state });
    }

    /// <summary>A database runs as long as its server does.</summary>
    private async Task FollowParentAsync(IResourceWithParent child)
    {
        await foreach (var change in services.Notifications.WatchAsync(_over.Token))
        {
            if (change.Resource != child.Parent) continue;

            await services.Notifications.PublishUpdateAsync(child, snapshot =>
                snapshot.State == change.Snapshot.State && snapshot.StartTimeStamp == change.Snapshot.StartTimeStamp ? snapshot : snapshot with
                {
                    State = change.Snapshot.State,
                    StartTimeStamp = change.Snapshot.StartTimeStamp,
                    StopTimeStamp = change.Snapshot.StopTimeStamp,
                    WillRestart = change.Snapshot.WillRestart,
                    HealthReports = HealthChecker.Pending(child),
                    Ready = null,
                });
            _monitors[child].Wake();
        }
    }

    private void InBackground(Task work) => _background.Add(ObserveAsync(work));

    private async Task ObserveAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // The application ends.
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    [LoggerMessage(LogLevel.Error, "A part of the local host has failed")]
    private partial void LogFailed(Exception failure);
}
