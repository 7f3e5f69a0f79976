using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>Something that happens in the life of an application.</summary>
public interface IDistributedApplicationEvent;

/// <summary>Something that happens in the life of a resource.</summary>
public interface IDistributedApplicationResourceEvent : IDistributedApplicationEvent
{
    /// <summary>The resource.</summary>
    IResource Resource { get; }
}

/// <summary>Tells those who asked what happens.</summary>
public interface IDistributedApplicationEventing
{
    /// <summary>Asks to be told of an event.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="callback">What to call.</param>
    DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent;

    /// <summary>Asks to be told of an event of one resource.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <param name="callback">What to call.</param>
    DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent;

    /// <summary>Asks to be told no more.</summary>
    /// <param name="subscription">What <c>Subscribe</c> gave.</param>
    void Unsubscribe(DistributedApplicationEventSubscription subscription);

    /// <summary>Tells, one after another.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="event">What happened.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent;
}
