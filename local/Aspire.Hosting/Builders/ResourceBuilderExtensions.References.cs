using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Gives the resource a connection string, and the parts of it.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="source">What to connect to.</param>
    /// <param name="connectionName">The name of the connection string; by default that of the source.</param>
    /// <param name="optional">Whether it may be missing.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);

        var resource = source.Resource;
        return builder.WithRelationship(resource, RelationshipTypes.Reference)
            .WithEnvironment(context => ReferenceVariables.AddConnection(context, builder.Resource, resource, connectionName ?? resource.Name, optional));
    }

    /// <summary>Tells the resource where a service is.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="source">The service.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);

        return builder.WithReference(source, source.Resource.Name);
    }

    /// <summary>Tells the resource where a service is.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="source">The service.</param>
    /// <param name="name">The name by which the resource finds it.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);

        var resource = source.Resource;
        return builder.WithRelationship(resource, RelationshipTypes.Reference)
            .WithEnvironment(context => ReferenceVariables.AddEndpoints(context, builder.Resource, name, resource.GetEndpoints()));
    }

    /// <summary>Tells the resource where one endpoint of a service is.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="endpointReference">The endpoint.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(endpointReference);

        var resource = endpointReference.Resource;
        return builder.WithRelationship(resource, RelationshipTypes.Reference)
            .WithEnvironment(context => ReferenceVariables.AddEndpoints(context, builder.Resource, resource.Name, [endpointReference]));
    }

    /// <summary>Tells the resource where something outside the application is.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">The name by which the resource finds it.</param>
    /// <param name="uri">An absolute address without a path.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri || uri.AbsolutePath != "/")
            throw new InvalidOperationException($"'{uri}' must be an absolute address without a path.");

        return builder.WithEnvironment(context => ReferenceVariables.AddAddress(context, builder.Resource, name, uri));
    }

    /// <summary>Says which variables references bring.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="flags">The kinds.</param>
    public static IResourceBuilder<TDestination> WithReferenceEnvironment<TDestination>(
        this IResourceBuilder<TDestination> builder, ReferenceEnvironmentInjectionFlags flags)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);

        return builder.WithAnnotation(new ReferenceEnvironmentInjectionAnnotation(flags), ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Draws a line to another resource.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="resource">The other resource.</param>
    /// <param name="type">What the line means.</param>
    public static IResourceBuilder<T> WithRelationship<T>(this IResourceBuilder<T> builder, IResource resource, string type)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);

        return builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, type));
    }
}
