using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>The endpoints of a service, as long as its change token has not changed.</summary>
public sealed class ServiceEndpointSource
{
    internal ServiceEndpointSource(IReadOnlyList<ServiceEndpoint> endpoints, IChangeToken changeToken) =>
        (Endpoints, ChangeToken) = (endpoints, changeToken);

    /// <summary>The endpoints; at least one.</summary>
    public IReadOnlyList<ServiceEndpoint> Endpoints { get; }

    /// <summary>Tells when to resolve the service again.</summary>
    public IChangeToken ChangeToken { get; }

    /// <inheritdoc />
    public override string ToString() => $"[{string.Join(", ", Endpoints)}]";
}
