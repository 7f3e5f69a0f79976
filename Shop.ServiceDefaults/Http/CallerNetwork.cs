using System.Net;
using System.Net.Sockets;

namespace Shop.ServiceDefaults;

/// <summary>Identifies a caller by network: whoever has one IPv6 address has all of its /64.</summary>
public static class CallerNetwork
{
    private const int PrefixBytes = 8;

    /// <summary>The IPv4 address, or the /64 of the IPv6 address; <c>nowhere</c> for a caller without one.</summary>
    public static string Of(IPAddress? address) => address switch
    {
        null => "nowhere",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } =>
            Convert.ToHexString(address.GetAddressBytes().AsSpan(0, PrefixBytes)),
        _ => address.ToString(),
    };
}
