using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Describes resources.</summary>
public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds an endpoint.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="port">The public port; null is a free one.</param>
    /// <param name="targetPort">The port that the process listens on; null is a free one.</param>
    /// <param name="scheme">The scheme of its address.</param>
    /// <param name="name">Its name; the scheme by default.</param>
    /// <param name="env">An environment variable that tells the process its port.</param>
    /// <param name="isProxied">Whether the public port may be another than the process's own.</param>
    /// <param name="isExternal">Whether it is for callers outside the application.</param>
    /// <param name="protocol">TCP.</param>
    /// <exception cref="DistributedApplicationException">There is one of this name.</exception>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? scheme = null,
        [EndpointName] string? name = null,
        string? env = null,
        bool? isProxied = null,
        bool? isExternal = null,
        ProtocolType? protocol = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);

        var endpoint = new EndpointAnnotation(
            protocol ?? ProtocolType.Tcp, scheme, name: name, port: port, targetPort: targetPort, isExternal: isExternal, isProxied: isProxied);
        if (FindEndpoint(builder.Resource, endpoint.Name) is not null)
            throw new DistributedApplicationException($"'{builder.Resource.Name}' has an endpoint named '{endpoint.Name}' already.");

        if (env is not null && builder.Resource is IResourceWithEnvironment)
            builder.WithAnnotation(new Local.EndpointPortVariableAnnotation(endpoint, env));

        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes an endpoint.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="endpointName">The endpoint's name.</param>
    /// <param name="callback">Changes it.</param>
    /// <param name="createIfNotExists">Whether it is added when it is not there.</param>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, [EndpointName] string endpointName, Action<EndpointAnnotation> callback, bool createIfNotExists = true)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(callback);

        var endpoint = FindEndpoint(builder.Resource, endpointName);
        if (endpoint is null && !createIfNotExists) return builder;
        if (endpoint is null)
        {
            endpoint = new EndpointAnnotation(ProtocolType.Tcp, name: endpointName);
            builder.Resource.Annotations.Add(endpoint);
        }

        callback(endpoint);
        return builder;
    }

    /// <summary>Adds an endpoint that speaks HTTP.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="port">The public port; null is a free one.</param>
    /// <param name="targetPort">The port that the process listens on; null is a free one.</param>
    /// <param name="name">Its name; <c>http</c> by default.</param>
    /// <param name="env">An environment variable that tells the process its port.</param>
    /// <param name="isProxied">Whether the public port may be another than the process's own.</param>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        [EndpointName] string? name = null,
        string? env = null,
        bool? isProxied = null)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    /// <summary>Opens the HTTP endpoints to callers outside the application.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);

        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>())
            if (endpoint.UriScheme is "http" or "https") endpoint.IsExternal = true;
        return builder;
    }

    /// <summary>An endpoint of the resource.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">The endpoint's name.</param>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, [EndpointName] string name)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);

        return builder.Resource.GetEndpoint(name);
    }

    private static EndpointAnnotation? FindEndpoint(IResource resource, string name) => resource.Annotations
        .OfType<EndpointAnnotation>()
        .FirstOrDefault(endpoint => string.Equals(endpoint.Name, name, StringComparison.OrdinalIgnoreCase));
}
