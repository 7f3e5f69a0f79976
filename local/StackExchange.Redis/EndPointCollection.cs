using System.Collections.ObjectModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StackExchange.Redis;

/// <summary>The addresses of servers.</summary>
public sealed class EndPointCollection : Collection<EndPoint>
{
    /// <summary>Creates an empty one.</summary>
    public EndPointCollection()
    {
    }

    /// <summary>Creates one over a list.</summary>
    /// <param name="endpoints">The list.</param>
    public EndPointCollection(IList<EndPoint> endpoints)
        : base(endpoints)
    {
    }

    /// <summary>Reads an address: <c>host:port</c>, <c>[::1]:port</c>, <c>!/path/of/a/socket</c>; without a port it is 0.</summary>
    /// <param name="endpoint">The text.</param>
    /// <returns>Null when it is none.</returns>
    public static EndPoint? TryParse(string endpoint)
    {
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            return null;
        }

        if (endpoint[0] == '!')
        {
            return endpoint.Length > 1 ? new UnixDomainSocketEndPoint(endpoint[1..]) : null;
        }

        if (IPEndPoint.TryParse(endpoint, out var address))
        {
            return address;
        }

        var colon = endpoint.IndexOf(':', StringComparison.Ordinal);
        var port = 0;
        return colon == 0 || (colon > 0 && !IsPort(endpoint[(colon + 1)..], out port))
            ? null
            : new DnsEndPoint(colon < 0 ? endpoint : endpoint[..colon], port);

        static bool IsPort(string text, out int port) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;
    }

    /// <summary>An address as text, as <see cref="TryParse"/> reads it.</summary>
    /// <param name="endpoint">The address.</param>
    public static string ToString(EndPoint? endpoint) => endpoint switch
    {
        null => "",
        DnsEndPoint { Port: 0 } dns => dns.Host,
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        IPEndPoint { Port: 0 } address => address.Address.ToString(),
        UnixDomainSocketEndPoint socket => $"!{socket}",
        _ => endpoint.ToString() ?? "",
    };

    /// <summary>Adds an address.</summary>
    /// <param name="hostAndPort">The address.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public void Add(string hostAndPort) => Add(
        TryParse(hostAndPort) ?? throw new ArgumentException($"Could not parse endpoint '{hostAndPort}'.", nameof(hostAndPort)));

    /// <summary>Adds an address.</summary>
    /// <param name="host">The host.</param>
    /// <param name="port">The port.</param>
    public void Add(string host, int port) =>
        Add(IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port));

    /// <summary>Adds an address.</summary>
    /// <param name="host">The host.</param>
    /// <param name="port">The port.</param>
    public void Add(IPAddress host, int port) => Add(new IPEndPoint(host, port));
}
