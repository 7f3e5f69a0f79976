using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Finds the endpoints of services.</summary>
public sealed class ServiceEndpointResolver : IAsyncDisposable
{
    private readonly EndpointDirectory _directory;

    internal ServiceEndpointResolver(EndpointDirectory directory) => _directory = directory;

    /// <summary>
    /// Finds the endpoints of a service, from the configuration or, where that does not know it, by taking the name for
    /// an address.
    /// </summary>
    /// <param name="serviceName">
    /// <c>scheme[+scheme]://[_endpoint.]service[:port]</c>; the scheme may be left out. Schemes are tried in their
    /// order.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The endpoints at this time and the token that tells when they have changed.</returns>
    /// <exception cref="ArgumentException">The name is not of that form.</exception>
    /// <exception cref="KeyNotFoundException">The configuration of the service is malformed.</exception>
    public ValueTask<ServiceEndpointSource> GetEndpointsAsync(string serviceName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_directory.Find(serviceName).Source);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
