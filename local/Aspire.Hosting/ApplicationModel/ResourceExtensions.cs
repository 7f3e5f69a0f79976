using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.Local;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Asks resources for what is known about them.</summary>
public static class ResourceExtensions
{
    /// <summary>The last annotation of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <param name="annotation">The annotation.</param>
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation)
        where T : IResourceAnnotation
    {
        annotation = resource.Annotations.OfType<T>().LastOrDefault();
        return annotation is not null;
    }

    /// <summary>All annotations of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <param name="result">The annotations.</param>
    public static bool TryGetAnnotationsOfType<T>(this IResource resource, [NotNullWhen(true)] out IEnumerable<T>? result)
        where T : IResourceAnnotation
    {
        var found = resource.Annotations.OfType<T>().ToArray();
        result = found.Length > 0 ? found : null;
        return result is not null;
    }

    /// <summary>How many processes a resource runs as.</summary>
    /// <param name="resource">The resource.</param>
    public static int GetReplicaCount(this IResource resource) => ReplicaIds.CountOf(resource);

    /// <summary>An endpoint of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="endpointName">The endpoint's name.</param>
    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) => new(resource, endpointName);

    /// <summary>All endpoints of a resource.</summary>
    /// <param name="resource">The resource.</param>
    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => new EndpointReference(resource, endpoint));
}
