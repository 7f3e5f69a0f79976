namespace Shop.Gateway;

/// <summary>Headers by which a browser keeps attackers out; an answer that sets its own value keeps it.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(
            static state =>
            {
                var headers = ((HttpResponse)state).Headers;
                headers.TryAdd("X-Content-Type-Options", "nosniff");
                headers.TryAdd("X-Frame-Options", "DENY");
                headers.TryAdd("Referrer-Policy", "no-referrer");
                headers.TryAdd("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
                // What is not said to be cacheable may be somebody's own.
                headers.TryAdd("Cache-Control", "no-store");
                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    }
}
