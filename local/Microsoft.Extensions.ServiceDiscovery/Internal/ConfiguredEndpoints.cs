using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>
/// Reads <c>Services:{service}:{endpoint name or scheme}</c>, which holds one address or a list of them
/// (<c>services__catalog__http__0</c> as an environment variable).
/// </summary>
internal static class ConfiguredEndpoints
{
    /// <summary>The endpoints of the service; null where the configuration has none for it.</summary>
    public static IReadOnlyList<ServiceEndpoint>? Read(
        IConfigurationSection services,
        ServiceQuery query,
        ServiceDiscoveryOptions options)
    {
        var service = services.GetSection(query.Service);
        var schemes = options.Allowed(query.Schemes);
        IEnumerable<string> names = query.Endpoint is { } name ? [name] : ["default", .. schemes];

        // One section only: the endpoints of two schemes are the same servers twice.
        if (names.Select(service.GetSection).FirstOrDefault(section => section.Exists()) is not { } endpoints)
            return null;

        var all = AddressesOf(endpoints).ConvertAll(Parse);
        var unrestricted = options.AllowAllSchemes && query.Schemes.Count == 0;
        var chosen = unrestricted ? all : OfBestScheme(all, schemes);
        return chosen.Count > 0 ? chosen : null;
    }

    private static List<IConfigurationSection> AddressesOf(IConfigurationSection endpoints)
    {
        if (!string.IsNullOrWhiteSpace(endpoints.Value))
            return [endpoints];

        var addresses = endpoints.GetChildren().ToList();
        return addresses.Find(address => !int.TryParse(address.Key, CultureInfo.InvariantCulture, out _)) is { } stray
            ? throw new KeyNotFoundException($"'{stray.Path}' is not numbered: a service's addresses are a list.")
            : addresses;
    }

    private static FoundEndpoint Parse(IConfigurationSection address) =>
        FoundEndpoint.Parse(address.Value)
        ?? throw new KeyNotFoundException($"The value of '{address.Path}' is not the address of an endpoint.");

    private static List<FoundEndpoint> OfBestScheme(List<FoundEndpoint> endpoints, IReadOnlyList<string> schemes)
    {
        var best = schemes.FirstOrDefault(scheme => endpoints.Exists(endpoint => SchemeOf(endpoint) == scheme));

        // An address without a scheme fits every scheme.
        return endpoints.FindAll(endpoint => SchemeOf(endpoint) is not { } scheme || scheme == best);
    }

    private static string? SchemeOf(FoundEndpoint endpoint) => (endpoint.EndPoint as UriEndPoint)?.Uri.Scheme;
}
