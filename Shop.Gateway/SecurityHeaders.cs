namespace Shop.Gateway;

/// <summary>Sets the security headers for browsers; a value that the answer already has is kept.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IHostEnvironment environment)
{
    private readonly bool _isDevelopment = environment.IsDevelopment();

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(SetHeaders, context);
        return next(context);
    }

    private Task SetHeaders(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("X-Frame-Options", "DENY");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd(
            "Content-Security-Policy",
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
        if (context.Request.IsHttps && !_isDevelopment)
            headers.TryAdd("Strict-Transport-Security", "max-age=31536000");

        headers.Remove("Server");
        headers.Remove("X-Powered-By");
        // An answer that does not say it is cacheable may be personal, and an error is never cached.
        if (headers.CacheControl.Count == 0 || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            headers.CacheControl = "no-store";

        return Task.CompletedTask;
    }
}
