using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using IPNetwork = System.Net.IPNetwork;

namespace Shop.ServiceDefaults;

/// <summary>
/// The proxies whose <c>X-Forwarded-*</c> headers are believed: those in the networks of the setting
/// <c>TrustedProxies</c> (<c>10.0.0.0/8,fd00::/8</c>; empty for none). They set the caller's address and scheme, never
/// the host.
/// </summary>
internal static class TrustedProxies
{
    // On a developer's machine the gateway calls from there. In a container only a sidecar could.
    private const string Loopback = "127.0.0.0/8,::1/128";

    public static void AddTrustedProxies(this IHostApplicationBuilder builder)
    {
        IPNetwork[] trusted =
        [
            .. (builder.Configuration["TrustedProxies"] ?? Loopback)
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(network => IPNetwork.Parse(network)),
        ];
        // Runs after ASPNETCORE_FORWARDEDHEADERS_ENABLED, which hosting platforms set and which trusts every proxy.
        builder.Services.PostConfigure<ForwardedHeadersOptions>(options =>
        {
            // With empty lists the middleware would trust every proxy, so no trusted proxy means no forwarded headers.
            options.ForwardedHeaders = trusted is []
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // No limit: the middleware stops at the first address that is not trusted.
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in trusted)
                options.KnownIPNetworks.Add(network);
        });
    }
}
