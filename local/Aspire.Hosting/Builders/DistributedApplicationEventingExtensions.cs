using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting;

/// <summary>Does something when something happens.</summary>
public static class DistributedApplicationEventingExtensions
{
    /// <summary>Does something before the resources start.</summary>
    /// <typeparam name="T">The kind of application.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="callback">What to do.</param>
    public static T OnBeforeStart<T>(this T builder, Func<BeforeStartEvent, CancellationToken, Task> callback)
        where T : IDistributedApplicationBuilder
    {
        builder.Eventing.Subscribe(callback);
        return builder;
    }

    /// <summary>Does something when all that the resource waits for is there.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">What to do.</param>
    public static IResourceBuilder<T> OnBeforeResourceStarted<T>(
        this IResourceBuilder<T> builder, Func<T, BeforeResourceStartedEvent, CancellationToken, Task> callback)
        where T : IResource => On(builder, callback);

    /// <summary>Does something when the resource's connection string is known.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">What to do.</param>
    public static IResourceBuilder<T> OnConnectionStringAvailable<T>(
        this IResourceBuilder<T> builder, Func<T, ConnectionStringAvailableEvent, CancellationToken, Task> callback)
        where T : IResourceWithConnectionString => On(builder, callback);

    /// <summary>Does something when it is known where the resource's endpoints are.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">What to do.</param>
    public static IResourceBuilder<T> OnResourceEndpointsAllocated<T>(
        this IResourceBuilder<T> builder, Func<T, ResourceEndpointsAllocatedEvent, CancellationToken, Task> callback)
        where T : IResourceWithEndpoints => On(builder, callback);

    /// <summary>Does something when the resource is healthy for the first time; those who wait for it wait for this too.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">What to do.</param>
    public static IResourceBuilder<T> OnResourceReady<T>(
        this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
        where T : IResource => On(builder, callback);

    /// <summary>Does something when the resource has ended.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">What to do.</param>
    public static IResourceBuilder<T> OnResourceStopped<T>(
        this IResourceBuilder<T> builder, Func<T, ResourceStoppedEvent, CancellationToken, Task> callback)
        where T : IResource => On(builder, callback);

    private static IResourceBuilder<TResource> On<TResource, TEvent>(
        IResourceBuilder<TResource> builder, Func<TResource, TEvent, CancellationToken, Task> callback)
        where TResource : IResource
        where TEvent : IDistributedApplicationResourceEvent
    {
        ArgumentNullException.ThrowIfNull(builder);

        var resource = builder.Resource;
        builder.ApplicationBuilder.Eventing.Subscribe<TEvent>(resource, (happened, cancel) => callback(resource, happened, cancel));
        return builder;
    }
}
