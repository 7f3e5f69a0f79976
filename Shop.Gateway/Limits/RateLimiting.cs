using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;

namespace Shop.Gateway.Limits;

/// <summary>
/// Refuses requests over the limit, and tells every caller what is left of it (draft-ietf-httpapi-ratelimit-headers).
/// Health probes are not counted.
/// </summary>
internal sealed class RateLimiting(RequestDelegate next, RateLimits limits)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        var (limit, caller) = limits.Of(context, await UserAsync(context));
        var verdict = limit.TryAcquire(caller);
        // At the last moment: an answer that is kept for others must not have them.
        context.Response.OnStarting(Tell, (context.Response.Headers, limit, verdict));
        if (verdict.Admitted)
        {
            await next(context);
            return;
        }

        limits.Refused(limit);
        await Problem.TooManyRequests("Too many requests. Come again later, and more slowly.", verdict.Reset)
            .ExecuteAsync(context);
    }

    private static Task Tell(object state)
    {
        var (headers, limit, verdict) = ((IHeaderDictionary, RateLimit, RateLimitVerdict))state;
        headers["RateLimit-Policy"] = limit.Policy;
        headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture,
            $"\"{limit.Name}\";r={verdict.Remaining};t={(long)Math.Ceiling(verdict.Reset.TotalSeconds)}");
        return Task.CompletedTask;
    }

    // The result is cached: the authentication middleware later in the pipeline does not check the token again.
    private static async Task<string?> UserAsync(HttpContext context) =>
        context.Request.Headers.ContainsKey(HeaderNames.Authorization)
            ? (await context.AuthenticateAsync()).Principal?.FindFirstValue("sub")
            : null;
}
