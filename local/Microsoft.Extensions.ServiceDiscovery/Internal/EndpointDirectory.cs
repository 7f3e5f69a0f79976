using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>
/// Knows the endpoints of every service that has been asked for, until the configuration changes. Looking into the
/// configuration costs more than a request's share, remembering does not.
/// </summary>
internal sealed class EndpointDirectory(
    IConfiguration configuration,
    IOptions<ConfigurationServiceEndpointProviderOptions> section,
    IOptions<ServiceDiscoveryOptions> options)
{
    // Clients may call any number of outside hosts, which pass through here too.
    private const int MostRemembered = 1000;

    private readonly ConcurrentDictionary<string, EndpointRotation> _known = new(StringComparer.OrdinalIgnoreCase);

    public EndpointRotation Find(string name)
    {
        if (_known.TryGetValue(name, out var known) && !known.Source.ChangeToken.HasChanged)
            return known;

        if (!ServiceQuery.TryParse(name, out var query))
            throw new ArgumentException($"'{name}' names no service, as 'https+http://catalog' does.", nameof(name));

        // The token before the values: a change in between is then seen as one.
        var changed = configuration.GetReloadToken();
        var services = configuration.GetSection(section.Value.SectionName);
        var endpoints = ConfiguredEndpoints.Read(services, query, options.Value);
        var found = new EndpointRotation(new(endpoints ?? [FoundEndpoint.At(query.Service, query.Port)], changed));
        if (known is not null || _known.Count < MostRemembered)
            _known[name] = found;
        return found;
    }
}
