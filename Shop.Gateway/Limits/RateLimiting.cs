using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;

namespace Shop.Gateway.Limits;

/// <summary>
/// Sends away who asks too often, and tells everybody where they stand (draft-ietf-httpapi-ratelimit-headers). Probes are
/// not counted.
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
        var verdict = limit.Ask(caller);
        var headers = context.Response.Headers;
        headers["RateLimit-Policy"] = limit.Policy;
        headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture, $"\"{limit.Name}\";r={verdict.Remaining};t={(long)Math.Ceiling(verdict.Reset.TotalSeconds)}");
        if (verdict.Admitted)
        {
            await next(context);
            return;
        }

        limits.Refused(limit);
        await Problem.TooManyRequests("Too many requests. Come again later, and more slowly.", verdict.Reset).ExecuteAsync(context);
    }

    // The token is checked once: who asks again later in the pipeline gets this result.
    private static async Task<string?> UserAsync(HttpContext context) =>
        context.Request.Headers.ContainsKey(HeaderNames.Authorization)
            ? (await context.AuthenticateAsync()).Principal?.FindFirstValue("sub")
            : null;
}
