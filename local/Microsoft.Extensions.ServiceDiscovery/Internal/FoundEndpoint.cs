using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>An endpoint that was read from the configuration or made from a service's name.</summary>
internal sealed class FoundEndpoint(EndPoint endPoint) : ServiceEndpoint
{
    public override EndPoint EndPoint { get; } = endPoint;

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Reads <c>http://host:port</c>, <c>host:port</c> or <c>host</c>.</summary>
    public static FoundEndpoint? Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return null;
        if (value.Contains("://", StringComparison.Ordinal))
            return Uri.TryCreate(value, UriKind.Absolute, out var uri) ? new(new UriEndPoint(uri)) : null;

        return Uri.TryCreate($"none://{value}", UriKind.Absolute, out var address) && address.Host.Length > 0
            ? At(address.DnsSafeHost, Math.Max(address.Port, 0))
            : null;
    }

    public static FoundEndpoint At(string host, int port) =>
        new(IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port));

    // Port 0 means that none was named: the scheme's own is meant.
    public override string ToString() => EndPoint switch
    {
        IPEndPoint { Port: 0, AddressFamily: AddressFamily.InterNetworkV6 } ip => $"[{ip.Address}]",
        IPEndPoint { Port: 0 } ip => $"{ip.Address}",
        DnsEndPoint { Port: 0 } dns => dns.Host,
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        var other => other.ToString() ?? "",
    };
}
