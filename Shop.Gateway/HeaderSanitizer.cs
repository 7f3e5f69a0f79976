using System.Collections.Frozen;

namespace Shop.Gateway;

/// <summary>
/// Removes headers that could forge the caller's identity or change the method or path of a request. The forwarded
/// headers of trusted proxies have been read by now, and YARP writes its own for the services.
/// </summary>
internal sealed class HeaderSanitizer(RequestDelegate next)
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "Forwarded", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "Client-IP", "Proxy",
        "Baggage", "Correlation-Context", "Request-Id", "Tracestate",
    ],
    StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Prefixes =
    [
        "X-Forwarded", "X-Original-", "X-Real-", "X-Client-", "X-Cluster-", "X-Remote-", "X-User", "X-Internal",
        "X-Auth", "X-HTTP-Method",
        "X-Method", "X-Rewrite-", "X-Shop-Caller-",
    ];

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        List<string>? unwanted = null;
        foreach (var (name, _) in headers)
        {
            if (IsUnwanted(name))
                (unwanted ??= []).Add(name);
        }

        unwanted?.ForEach(name => headers.Remove(name));
        return next(context);
    }

    // Some servers treat x_user_id as X-User-Id; none of our headers has an underscore.
    private static bool IsUnwanted(string name) =>
        name.Contains('_', StringComparison.Ordinal)
        || (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
            ? Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            : Names.Contains(name));
}
