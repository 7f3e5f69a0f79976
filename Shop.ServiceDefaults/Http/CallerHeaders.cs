using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace Shop.ServiceDefaults;

/// <summary>
/// What the gateway tells the services about the caller, in headers that no proxy between them knows. The ingress of a
/// platform may replace <c>X-Forwarded-*</c> by what it sees itself, and behind the gateway it sees the gateway.
/// </summary>
public static class CallerHeaders
{
    /// <summary>The address that the request came from.</summary>
    public const string Address = "X-Shop-Caller-Address";

    /// <summary><c>http</c> or <c>https</c>, as the caller used it.</summary>
    public const string Scheme = "X-Shop-Caller-Scheme";

    /// <summary>The host that the caller asked for.</summary>
    public const string Host = "X-Shop-Caller-Host";

    /// <summary>
    /// The setting that lets a service read them, <c>true</c> only where nobody but the gateway can send requests.
    /// </summary>
    public const string Setting = "BehindGateway";
}

/// <summary>
/// Puts the gateway's words in the place of <c>X-Forwarded-*</c>, which are read next and believed only if the
/// connection comes from one of the <see cref="TrustedProxies"/>.
/// </summary>
internal sealed class CallerHeadersMiddleware(RequestDelegate next)
{
    private static readonly (string From, string To)[] Names =
    [
        (CallerHeaders.Address, ForwardedHeadersDefaults.XForwardedForHeaderName),
        (CallerHeaders.Scheme, ForwardedHeadersDefaults.XForwardedProtoHeaderName),
        (CallerHeaders.Host, ForwardedHeadersDefaults.XForwardedHostHeaderName),
    ];

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        foreach (var (from, to) in Names)
        {
            if (headers.TryGetValue(from, out var value))
                headers[to] = value;
        }

        return next(context);
    }
}
