using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>Tells those who asked what happens.</summary>
public class DistributedApplicationEventing : IDistributedApplicationEventing
{
    private ImmutableList<(Type Event, DistributedApplicationEventSubscription Subscription)> _subscriptions = [];

    /// <inheritdoc/>
    public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Add<T>(new DistributedApplicationEventSubscription((happened, cancel) => callback((T)happened, cancel)));
    }

    /// <inheritdoc/>
    public DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(callback);
        return Add<T>(new DistributedApplicationResourceEventSubscription(resource, (happened, cancel) => callback((T)happened, cancel)));
    }

    /// <inheritdoc/>
    public void Unsubscribe(DistributedApplicationEventSubscription subscription) =>
        ImmutableInterlocked.Update(ref _subscriptions, all => all.RemoveAll(one => one.Subscription == subscription));

    /// <inheritdoc/>
    public async Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent
    {
        foreach (var (type, subscription) in _subscriptions)
        {
            if (type != typeof(T)) continue;
            if (subscription is DistributedApplicationResourceEventSubscription { Resource: { } resource }
                && resource != ((IDistributedApplicationResourceEvent)@event).Resource) continue;

            await subscription.Callback(@event, cancellationToken);
        }
    }

    private DistributedApplicationEventSubscription Add<T>(DistributedApplicationEventSubscription subscription)
    {
        ImmutableInterlocked.Update(ref _subscriptions, all => all.Add((typeof(T), subscription)));
        return subscription;
    }
}

/// <summary>Someone who asked to be told.</summary>
/// <param name="callback">What to call.</param>
public class DistributedApplicationEventSubscription(Func<IDistributedApplicationEvent, CancellationToken, Task> callback)
{
    /// <summary>What to call.</summary>
    public Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; } = callback;
}

/// <summary>Someone who asked to be told of one resource.</summary>
/// <param name="resource">The resource.</param>
/// <param name="callback">What to call.</param>
public class DistributedApplicationResourceEventSubscription(
    IResource? resource, Func<IDistributedApplicationResourceEvent, CancellationToken, Task> callback)
    : DistributedApplicationEventSubscription((happened, cancel) => callback((IDistributedApplicationResourceEvent)happened, cancel))
{
    /// <summary>The resource.</summary>
    public IResource? Resource { get; } = resource;
}
