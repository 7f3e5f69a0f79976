using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery.Internal;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Microsoft.Extensions.ServiceDiscovery.Yarp;

/// <summary>
/// Replaces each destination by the endpoints of the service it names, as <c>destination[address]</c>.
/// </summary>
internal sealed class DestinationResolver(ServiceEndpointResolver resolver, IOptions<ServiceDiscoveryOptions> options)
    : IDestinationResolver
{
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations,
        CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var changes = new List<IChangeToken>();
        foreach (var (name, destination) in destinations)
        {
            var asked = new Uri(destination.Address);
            var found = await resolver.GetEndpointsAsync(asked.GetLeftPart(UriPartial.Authority), cancellationToken);
            changes.Add(found.ChangeToken);
            foreach (var endpoint in found.Endpoints)
            {
                resolved[$"{name}[{endpoint}]"] = destination with
                {
                    Address = EndpointAddress.Combine(asked, endpoint, options.Value).ToString(),
                    Health = HealthAddress(destination, endpoint),
                };
            }
        }

        return new(resolved, new CompositeChangeToken(changes));
    }

    private string? HealthAddress(DestinationConfig destination, ServiceEndpoint endpoint) =>
        string.IsNullOrEmpty(destination.Health)
            ? destination.Health
            : EndpointAddress.Combine(new Uri(destination.Health), endpoint, options.Value).ToString();
}
