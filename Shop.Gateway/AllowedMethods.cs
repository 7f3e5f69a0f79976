using Microsoft.AspNetCore.Routing.Template;

namespace Shop.Gateway;

/// <summary>
/// Answers OPTIONS for every existing resource with its methods, without authentication. CORS preflights are answered
/// earlier, by the CORS middleware.
/// </summary>
internal sealed class AllowedMethods(RequestDelegate next, EndpointDataSource endpoints)
{
    private static readonly string[] Any = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    public Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsOptions(context.Request.Method)
            || MethodsOf(context.Request.Path) is not { Count: > 0 } methods)
            return next(context);

        if (methods.Contains("GET"))
            methods.Add("HEAD");

        methods.Add("OPTIONS");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = string.Join(", ", methods);
        return Task.CompletedTask;
    }

    private SortedSet<string> MethodsOf(PathString path) => new(
        from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
        where new TemplateMatcher(new(endpoint.RoutePattern), []).TryMatch(path, [])
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? Any
        select method,
        StringComparer.Ordinal);
}
