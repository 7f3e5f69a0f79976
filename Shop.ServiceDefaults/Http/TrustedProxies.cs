using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using IPNetwork = System.Net.IPNetwork;

namespace Shop.ServiceDefaults;

/// <summary>
/// Whose word counts on who the caller is: that of proxies in the networks of the setting <c>TrustedProxies</c>
/// (<c>10.0.0.0/8,fd00::/8</c>; empty for nobody). They name the caller's address and scheme, never our host.
/// </summary>
internal static class TrustedProxies
{
    // In the local house the gateway is there. In a container nothing comes from there but a sidecar.
    private const string Loopback = "127.0.0.0/8,::1/128";

    public static void AddTrustedProxies(this IHostApplicationBuilder builder)
    {
        IPNetwork[] trusted =
        [
            .. (builder.Configuration["TrustedProxies"] ?? Loopback)
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(network => IPNetwork.Parse(network)),
        ];
        // After ASPNETCORE_FORWARDEDHEADERS_ENABLED, which hosting platforms set and which trusts everybody.
        builder.Services.PostConfigure<ForwardedHeadersOptions>(options =>
        {
            // Nobody is not an empty list: with that the middleware would believe everybody.
            options.ForwardedHeaders = trusted is []
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // As far as the chain is trusted, which ends at the first address that is not.
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in trusted)
                options.KnownIPNetworks.Add(network);
        });
    }
}
