using System.Collections.Frozen;

namespace Shop.Gateway;

/// <summary>
/// Takes away headers by which a caller could pretend to be somebody else, or a request to be another one. What a trusted
/// proxy said has been read by now; what services are told, the proxy to them writes itself.
/// </summary>
internal sealed class ClientHeaders(RequestDelegate next)
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "Forwarded", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "Client-IP", "Proxy",
        "Baggage", "Correlation-Context", "Request-Id", "Tracestate",
    ],
    StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Beginnings =
    [
        "X-Forwarded", "X-Original-", "X-Real-", "X-Client-", "X-Cluster-", "X-Remote-", "X-User", "X-Internal", "X-Auth", "X-HTTP-Method",
        "X-Method", "X-Rewrite-",
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

    // Some servers take x_user_id for X-User-Id; no header of ours has an underscore.
    private static bool IsUnwanted(string name) =>
        name.Contains('_', StringComparison.Ordinal)
        || (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
            ? Array.Exists(Beginnings, beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            : Names.Contains(name));
}
