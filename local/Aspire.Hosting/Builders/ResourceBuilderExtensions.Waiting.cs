using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Starts the resource when another is healthy.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="dependency">The other.</param>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => Wait(builder, dependency, WaitType.WaitUntilHealthy, null);

    /// <summary>Starts the resource when another is healthy.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="dependency">The other.</param>
    /// <param name="waitBehavior">What to do when the other has ended or failed.</param>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => Wait(builder, dependency, WaitType.WaitUntilHealthy, waitBehavior);

    /// <summary>Starts the resource when another runs.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="dependency">The other.</param>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => Wait(builder, dependency, WaitType.WaitUntilStarted, null);

    /// <summary>Starts the resource when another runs.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="dependency">The other.</param>
    /// <param name="waitBehavior">What to do when the other has ended or failed.</param>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => Wait(builder, dependency, WaitType.WaitUntilStarted, waitBehavior);

    /// <summary>Starts the resource when another has ended.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="dependency">The other.</param>
    /// <param name="exitCode">The exit code with which it must end.</param>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        dependency.Resource.Annotations.Add(new RunsOnceAnnotation());
        return Wait(builder, dependency, WaitType.WaitForCompletion, null, exitCode);
    }

    /// <summary>Starts the resource only when it is told to.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);

        return builder.WithAnnotation(new ExplicitStartupAnnotation());
    }

    private static IResourceBuilder<T> Wait<T>(
        IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitType type, WaitBehavior? behavior, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dependency);

        var awaited = dependency.Resource;
        for (IResource? one = awaited; one is not null; one = (one as IResourceWithParent)?.Parent)
        {
            if (ReferenceEquals(one, builder.Resource))
                throw new DistributedApplicationException($"'{builder.Resource.Name}' can't wait for itself.");
        }

        // A database can't be there before its server.
        if (awaited is IResourceWithParent { Parent: var parent } && type != WaitType.WaitForCompletion)
            builder.WithAnnotation(new WaitAnnotation(parent, type) { WaitBehavior = behavior });

        return builder.WithRelationship(awaited, RelationshipTypes.WaitFor)
            .WithAnnotation(new WaitAnnotation(awaited, type, exitCode) { WaitBehavior = behavior });
    }
}
