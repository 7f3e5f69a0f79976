namespace Shop.Gateway;

/// <summary>Headers by which a browser keeps attackers out; an answer that sets its own value keeps it.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IHostEnvironment environment)
{
    private readonly bool _isDevelopment = environment.IsDevelopment();

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(Complete, context);
        return next(context);
    }

    private Task Complete(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("X-Frame-Options", "DENY");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
        if (context.Request.IsHttps && !_isDevelopment)
            headers.TryAdd("Strict-Transport-Security", "max-age=31536000");

        headers.Remove("Server");
        headers.Remove("X-Powered-By");
        // What is not said to be cacheable may be somebody's own, and a refusal is never.
        if (headers.CacheControl.Count == 0 || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            headers.CacheControl = "no-store";

        return Task.CompletedTask;
    }
}
