using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Reaches the resources of a running application.</summary>
public static class DistributedApplicationHostingTestingExtensions
{
    /// <summary>A client whose base address is an endpoint of a resource.</summary>
    /// <param name="app">The application.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="endpointName">The endpoint; by default <c>https</c> if there is one, else <c>http</c>.</param>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    /// <exception cref="InvalidOperationException">The application has not been started.</exception>
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var address = GetEndpoint(app, resourceName, endpointName);
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        client.BaseAddress = address;
        return client;
    }

    /// <summary>The address of an endpoint of a resource.</summary>
    /// <param name="app">The application.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="endpointName">The endpoint; by default <c>https</c> if there is one, else <c>http</c>.</param>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    /// <exception cref="InvalidOperationException">The application has not been started.</exception>
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var resource = Find(app, resourceName);
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToArray();
        var endpoint = endpointName is null
            ? Named("https") ?? Named("http")
            : Named(endpointName);
        if (endpoint is null)
            throw new ArgumentException($"'{resourceName}' has no endpoint '{endpointName ?? "http"}'.", nameof(endpointName));

        return endpoint.AllocatedEndpoint is { } allocated ? new Uri(allocated.UriString) : throw NotStarted();

        EndpointAnnotation? Named(string name) =>
            endpoints.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The connection string of a resource.</summary>
    /// <param name="app">The application.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">There is no such resource, or it has no connection string.</exception>
    /// <exception cref="InvalidOperationException">The application has not been started.</exception>
    public static ValueTask<string?> GetConnectionStringAsync(
        this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default) =>
        Find(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"'{resourceName}' has no connection string.", nameof(resourceName));

    private static IResource Find(DistributedApplication app, string name)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested) throw NotStarted();

        return app.Services.GetRequiredService<DistributedApplicationModel>().Resources.TryGetByName(name, out var resource)
            ? resource
            : throw new ArgumentException($"There is no resource '{name}'.", nameof(name));
    }

    private static InvalidOperationException NotStarted() => new("The application has not been started.");
}
