using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The application is about to start its resources.</summary>
/// <param name="services">The application's services.</param>
/// <param name="model">The resources.</param>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The resources.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>The resources have been told to start.</summary>
/// <param name="services">The application's services.</param>
/// <param name="model">The resources.</param>
public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The resources.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>It is known where the resource's endpoints are.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The application's services.</param>
public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource's connection string is known.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The application's services.</param>
public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource is about to start: all that it waits for is there.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The application's services.</param>
public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource runs and is healthy, for the first time in this run of it. Those who wait for it wait for the handlers too.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The application's services.</param>
public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource has ended.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The application's services.</param>
/// <param name="resourceEvent">Its last state.</param>
public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>Its last state.</summary>
    public ResourceEvent ResourceEvent { get; } = resourceEvent;
}
