using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Shop.Gateway;

/// <summary>
/// Refuses a request before any other work is done for it: a body whose length is ambiguous (request smuggling), an
/// unknown host, an unsupported method, a body that is too large.
/// </summary>
internal sealed class RequestFilter(RequestDelegate next, IConfiguration configuration)
{
    private static readonly string[] SupportedMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    private static readonly string Allow = string.Join(", ", SupportedMethods);

    private readonly StringSegment[] _hosts =
        [
            .. (configuration["AllowedHosts"] ?? "*").Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Select(host => new StringSegment(host)),
        ];

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (IsAmbiguous(request.Headers))
        {
            context.Response.Headers.Connection = "close";
            return Refuse(
                "Say the length of the body in one way: Content-Length, or Transfer-Encoding: chunked.",
                StatusCodes.Status400BadRequest);
        }

        // Health probes address a replica by its IP address.
        if (!IsServedHost(request.Host) && !request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
            return Refuse("There is no such host here.", StatusCodes.Status421MisdirectedRequest);

        if (!SupportedMethods.Contains(request.Method))
        {
            context.Response.Headers.Allow = Allow;
            return Refuse("There is no such method here.", StatusCodes.Status405MethodNotAllowed);
        }

        return request.ContentLength > context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize
            ? Refuse("The request body is too large.", StatusCodes.Status413PayloadTooLarge)
            : next(context);

        Task Refuse(string detail, int status) =>
            TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
    }

    // When a request has both Transfer-Encoding and Content-Length, Kestrel reads the chunks, closes the connection
    // afterwards, and renames the other header to X-Content-Length.
    private static bool IsAmbiguous(IHeaderDictionary headers) =>
        headers.ContainsKey("X-Content-Length")
        || (headers.TransferEncoding is { Count: > 0 } encoding
            && !encoding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase));

    private bool IsServedHost(HostString host) =>
        host.HasValue
            && host.Port is null or (> 0 and <= ushort.MaxValue)
            && (_hosts is [{ Value: "*" }] || HostString.MatchesAny(host.Host, _hosts));
}
