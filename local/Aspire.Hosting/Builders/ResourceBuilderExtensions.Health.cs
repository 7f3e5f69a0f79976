using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds a health check that is registered with the app host's services.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="key">The name under which it is registered.</param>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(check => check.Key == key))
            throw new DistributedApplicationException($"'{builder.Resource.Name}' has a health check '{key}' already.");

        return builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>Adds a health check that asks an HTTP endpoint.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="path">What to ask; <c>/</c> by default.</param>
    /// <param name="statusCode">The answer of a healthy resource; 200 by default.</param>
    /// <param name="endpointName">Which endpoint; by default <c>https</c> if there is one, else <c>http</c>.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, [EndpointName] string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);

        var resource = builder.Resource;
        var name = endpointName ?? (FindEndpoint(resource, "https") is null ? "http" : "https");
        return builder.WithHttpHealthCheck(() => resource.GetEndpoint(name), path, statusCode);
    }

    /// <summary>Adds a health check that asks an HTTP endpoint.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="endpointSelector">Which endpoint; by default <c>http</c>.</param>
    /// <param name="path">What to ask; <c>/</c> by default.</param>
    /// <param name="statusCode">The answer of a healthy resource; 200 by default.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null, int? statusCode = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);

        var endpoint = endpointSelector?.Invoke() ?? builder.Resource.GetEndpoint("http");
        if (!endpoint.Exists)
            throw new DistributedApplicationException($"'{builder.Resource.Name}' has no endpoint '{endpoint.EndpointName}' to check its health at.");

        var (target, expected) = (path ?? "/", statusCode ?? 200);
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{target}_{expected}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, services => new HttpHealthCheck(endpoint, target, expected, services.GetRequiredService<HealthProbe>()), null, null));
        return builder.WithHealthCheck(key).WithAnnotation(new HttpHealthAnnotation(endpoint, target, expected));
    }
}
