using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>Writes requests into spans by OpenTelemetry's conventions for HTTP servers.</summary>
/// <remarks>https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span</remarks>
internal static class ServerSpanDescription
{
    public static void DescribeRequest(this Activity span, HttpRequest request)
    {
        // Anybody can send any method: an unknown one must not become a span name of its own.
        if (KnownMethod(request) is { } method)
        {
            span.DisplayName = method;
            span.SetTag("http.request.method", method);
        }
        else
        {
            span.DisplayName = "HTTP";
            span.SetTag("http.request.method", "_OTHER");
            span.SetTag("http.request.method_original", request.Method);
        }

        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", (request.PathBase + request.Path).Value is { Length: > 0 } path ? path : "/");
        if (request.QueryString is { HasValue: true, Value: { } query })
            span.SetTag("url.query", QueryRedaction.Redact(query));
        if (request.Host.HasValue)
            span.SetTag("server.address", request.Host.Host);
        if (request.Host.Port is { } port)
            span.SetTag("server.port", port);
        if (request.Headers.UserAgent is [{ Length: > 0 } agent, ..])
            span.SetTag("user_agent.original", agent);
        span.SetTag("network.protocol.version", ProtocolVersion(request.Protocol));
    }

    public static void DescribeResponse(this Activity span, HttpContext context)
    {
        // The exception handler starts the request anew and takes the endpoint away with it.
        var handled = context.Features.Get<IExceptionHandlerFeature>();
        var endpoint = handled?.Endpoint ?? context.GetEndpoint();
        if (endpoint is RouteEndpoint { RoutePattern.RawText: { Length: > 0 } route })
        {
            span.DisplayName = $"{KnownMethod(context.Request) ?? "HTTP"} {route}";
            span.SetTag("http.route", route);
        }

        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError)
        {
            return;
        }

        if (span.GetTagItem("error.type") is null)
        {
            var type = handled?.Error.GetType().FullName ?? status.ToString(CultureInfo.InvariantCulture);
            span.SetTag("error.type", type);
        }

        if (span.Status == ActivityStatusCode.Unset)
            span.SetStatus(ActivityStatusCode.Error);
    }

    public static void DescribeFailure(this Activity span, Exception exception)
    {
        span.SetTag("error.type", exception.GetType().FullName);
        span.SetStatus(ActivityStatusCode.Error);
    }

    private static string? KnownMethod(HttpRequest request)
    {
        var method = HttpMethods.GetCanonicalizedValue(request.Method);
        return method is "GET" or "POST" or "PUT" or "DELETE" or "PATCH" or "HEAD" or "OPTIONS" or "CONNECT" or "TRACE"
            ? method
            : null;
    }

    private static string ProtocolVersion(string protocol) => protocol switch
    {
        "HTTP/1.1" => "1.1",
        "HTTP/2" => "2",
        "HTTP/3" => "3",
        "HTTP/1.0" => "1.0",
        _ => protocol[(protocol.IndexOf('/', StringComparison.Ordinal) + 1)..],
    };
}
