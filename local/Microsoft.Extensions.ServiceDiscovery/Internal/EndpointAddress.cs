using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>Turns the address of a service and one of its endpoints into the address to call.</summary>
internal static class EndpointAddress
{
    public static Uri Combine(Uri asked, ServiceEndpoint endpoint, ServiceDiscoveryOptions options)
    {
        var address = new UriBuilder(asked);
        if (endpoint.EndPoint is UriEndPoint { Uri: var uri })
        {
            address.Scheme = uri.Scheme;
            address.Host = uri.Host;
            address.Port = uri.Port;
            if (uri.AbsolutePath.Length > 1)
                address.Path = $"{uri.AbsolutePath.TrimEnd('/')}/{asked.AbsolutePath.TrimStart('/')}";
            return address.Uri;
        }

        (address.Host, var port) = endpoint.EndPoint switch
        {
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            DnsEndPoint dns => (dns.Host, dns.Port),
            var other => throw new InvalidOperationException($"HTTP can't call a {other.GetType()}."),
        };
        if (port > 0)
            address.Port = port;
        address.Scheme = DefaultScheme(asked, options);
        return address.Uri;
    }

    /// <summary>The scheme for an endpoint that has none of its own: the first one asked for.</summary>
    public static string DefaultScheme(Uri asked, ServiceDiscoveryOptions options)
    {
        if (!asked.Scheme.Contains('+', StringComparison.Ordinal))
            return asked.Scheme;

        return asked.Scheme.Split('+').FirstOrDefault(options.IsAllowed)
            ?? throw new InvalidOperationException($"None of the schemes '{asked.Scheme}' is allowed.");
    }
}
