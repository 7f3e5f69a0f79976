using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Shop.Gateway;

/// <summary>
/// What is refused before anybody looks any further: a body whose end two servers could see at different places, another
/// host, a method nobody has, a body that is too large.
/// </summary>
internal sealed class Admission(RequestDelegate next, IConfiguration configuration)
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    private static readonly string Allow = string.Join(", ", Methods);

    private readonly StringSegment[] _hosts =
        [.. (configuration["AllowedHosts"] ?? "*").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(host => new StringSegment(host))];

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (IsAmbiguous(request.Headers))
        {
            context.Response.Headers.Connection = "close";
            return Refuse("Say the length of the body in one way: Content-Length, or Transfer-Encoding: chunked.", StatusCodes.Status400BadRequest);
        }

        // Probes ask by address.
        if (!IsOurs(request.Host) && !request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
            return Refuse("There is no such host here.", StatusCodes.Status421MisdirectedRequest);

        if (!Methods.Contains(request.Method))
        {
            context.Response.Headers.Allow = Allow;
            return Refuse("There is no such method here.", StatusCodes.Status405MethodNotAllowed);
        }

        return request.ContentLength > context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize
            ? Refuse("The request body is too large.", StatusCodes.Status413PayloadTooLarge)
            : next(context);

        Task Refuse(string detail, int status) => TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
    }

    // Kestrel goes by the chunks, closes the connection, and gives a length beside them this name.
    private static bool IsAmbiguous(IHeaderDictionary headers) =>
        headers.ContainsKey("X-Content-Length")
        || (headers.TransferEncoding is { Count: > 0 } encoding && !encoding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase));

    private bool IsOurs(HostString host) =>
        host.HasValue && host.Port is null or (> 0 and <= ushort.MaxValue) && (_hosts is [{ Value: "*" }] || HostString.MatchesAny(host.Host, _hosts));
}
