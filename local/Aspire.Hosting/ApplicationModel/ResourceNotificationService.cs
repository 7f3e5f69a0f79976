using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Hosting.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known about the resources, and its changes.</summary>
public class ResourceNotificationService : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly CancellationTokenSource _disposed = new();
    private readonly CancellationTokenSource _over;
    private readonly WaitBehavior _defaultBehavior;

    /// <summary>Knows nothing yet.</summary>
    /// <param name="logger">Not used.</param>
    /// <param name="hostApplicationLifetime">All waiting ends with the host.</param>
    /// <param name="serviceProvider">The app host's services.</param>
    /// <param name="resourceLoggerService">Not used.</param>
    public ResourceNotificationService(
        ILogger<ResourceNotificationService> logger,
        IHostApplicationLifetime hostApplicationLifetime,
        IServiceProvider serviceProvider,
        ResourceLoggerService resourceLoggerService)
    {
        _over = CancellationTokenSource.CreateLinkedTokenSource(hostApplicationLifetime.ApplicationStopping, _disposed.Token);
        _defaultBehavior = serviceProvider.GetService<IOptions<ResourceNotificationServiceOptions>>()?.Value.DefaultWaitBehavior ?? default;
    }

    /// <summary>Changes what is known about a resource.</summary>
    /// <param name="resource">The resource; all its replicas are meant.</param>
    /// <param name="stateFactory">Makes the new from the old.</param>
    public async Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        foreach (var id in ReplicaIds.Of(resource)) await PublishUpdateAsync(resource, id, stateFactory);
    }

    /// <summary>Changes what is known about one replica of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="resourceId">The replica.</param>
    /// <param name="stateFactory">Makes the new from the old.</param>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(stateFactory);

        lock (_lock)
        {
            var old = _current.GetValueOrDefault(resourceId)?.Snapshot ?? InitialSnapshot.Of(resource);
            var change = new ResourceEvent(resource, resourceId, stateFactory(old));
            _current[resourceId] = change;
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(change);
        }

        return Task.CompletedTask;
    }

    /// <summary>What is known about a replica.</summary>
    /// <param name="resourceId">The replica, or the resource's name when it has only one.</param>
    /// <param name="resourceEvent">The last change.</param>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
        {
            if (_current.TryGetValue(resourceId, out resourceEvent)) return true;

            var byName = _current.Values.Where(one => IsNamed(one, resourceId)).Take(2).ToArray();
            resourceEvent = byName.Length == 1 ? byName[0] : null;
            return resourceEvent is not null;
        }
    }

    /// <summary>What is known about every replica of every resource, then each change.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var changes = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_lock)
        {
            foreach (var known in _current.Values) changes.Writer.TryWrite(known);
            _watchers.Add(changes);
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
            await foreach (var change in changes.Reader.ReadAllAsync(either.Token)) yield return change;
        }
        finally
        {
            lock (_lock) _watchers.Remove(changes);
        }
    }

    /// <summary>Waits for a state.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="targetState">The state; <see cref="KnownResourceStates.Running"/> by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits for one of several states.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="targetStates">The states.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The state.</returns>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var wanted = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = await WaitForResourceAsync(
            resourceName, one => one.Snapshot.State is { } state && wanted.Contains(state.Text), cancellationToken);
        return found.Snapshot.State!.Text;
    }

    /// <summary>Waits until something holds for one replica.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="predicate">What must hold.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(resourceName);
        ArgumentNullException.ThrowIfNull(predicate);

        await foreach (var change in WatchAsync(cancellationToken))
            if (IsNamed(change, resourceName) && predicate(change)) return change;
        throw new OperationCanceledException($"The application ended while '{resourceName}' was waited for.", cancellationToken);
    }

    /// <summary>Waits until a resource is healthy and ready.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, _defaultBehavior, cancellationToken);

    /// <summary>Waits until a resource is healthy and ready.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="waitBehavior">What to do when it has ended or failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DistributedApplicationException">It has ended or failed, and that was not to be waited out.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(
        string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var found = await WaitForResourceAsync(
            resourceName,
            one => IsReady(one) || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && IsLost(one.Snapshot, toDependents: false)),
            cancellationToken);
        if (!IsReady(found))
            throw new DistributedApplicationException($"'{resourceName}' can't become healthy: its state is {found.Snapshot.State?.Text}.");

        await found.Snapshot.Ready!.WaitAsync(cancellationToken);
        return found;
    }

    /// <summary>Waits for all that a resource waits for.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DistributedApplicationException">One of them can't become what is waited for.</exception>
    public Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);

        return Task.WhenAll(
            from wait in resource.Annotations.OfType<WaitAnnotation>()
            from id in ReplicaIds.Of(wait.Resource)
            select WaitForDependencyAsync(wait, id, cancellationToken));
    }

    /// <summary>Ends all waiting.</summary>
    public void Dispose()
    {
        if (_disposed.IsCancellationRequested) return;

        _disposed.Cancel();
        _over.Dispose();
        _disposed.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task WaitForDependencyAsync(WaitAnnotation wait, string id, CancellationToken cancel)
    {
        var mayBeLost = (wait.WaitBehavior ?? _defaultBehavior) == WaitBehavior.StopOnResourceUnavailable;
        var found = await WaitForResourceAsync(
            id,
            one => HasCome(wait, one) || (mayBeLost && IsLost(one.Snapshot, toDependents: true)) || HasFailedForGood(wait, one.Snapshot),
            cancel);
        if (!HasCome(wait, found))
            throw new DistributedApplicationException(
                $"'{wait.Resource.Name}', which it waits for, is {found.Snapshot.State?.Text}"
                + (found.Snapshot.ExitCode is { } code ? $" with exit code {code}." : "."));
        if (wait.WaitType == WaitType.WaitUntilHealthy) await found.Snapshot.Ready!.WaitAsync(cancel);
    }

    private static bool HasCome(WaitAnnotation wait, ResourceEvent one) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => IsReady(one),
        WaitType.WaitUntilStarted => one.Snapshot.State?.Text == KnownResourceStates.Running,
        _ => IsOver(one.Snapshot) && one.Snapshot.ExitCode == wait.ExitCode,
    };

    private static bool HasFailedForGood(WaitAnnotation wait, CustomResourceSnapshot snapshot) =>
        wait.WaitType == WaitType.WaitForCompletion && IsOver(snapshot) && !snapshot.WillRestart;

    private static bool IsReady(ResourceEvent one) =>
        one.Snapshot is { HealthStatus: HealthStatus.Healthy, Ready: not null };

    private static bool IsOver(CustomResourceSnapshot snapshot) =>
        snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);

    /// <summary>What this host starts again by itself is lost to nobody that depends on it; who asks for it explicitly is told of a failed start.</summary>
    private static bool IsLost(CustomResourceSnapshot snapshot, bool toDependents) => IsOver(snapshot)
        && (!snapshot.WillRestart || (!toDependents && snapshot.State?.Text == KnownResourceStates.FailedToStart));

    private static bool IsNamed(ResourceEvent one, string name) =>
        string.Equals(one.Resource.Name, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(one.ResourceId, name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>How waiting goes.</summary>
public sealed class ResourceNotificationServiceOptions
{
    /// <summary>What to do when something that is waited for has ended or failed.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; }
}
