using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>A service's name taken apart: <c>https+http://_dashboard.basket:80</c>.</summary>
internal sealed record ServiceQuery(IReadOnlyList<string> Schemes, string? Endpoint, string Service, int Port)
{
    public static bool TryParse(string name, [NotNullWhen(true)] out ServiceQuery? query)
    {
        query = null;
        var hasScheme = name.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? name : $"none://{name}", UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return false;

        // The brackets of an IPv6 address belong to the address' notation, not to the host.
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.DnsSafeHost : uri.Host;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        var named = host[0] == '_' && dot > 1 && host[^1] != '.';
        query = new(
            hasScheme ? uri.Scheme.Split('+') : [],
            named ? host[1..dot] : null,
            named ? host[(dot + 1)..] : host,
            Math.Max(uri.Port, 0));
        return true;
    }
}
