using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>
/// Handles HEAD like GET, because minimal APIs map GET only. It runs before the routing; Kestrel still knows the
/// original method and sends no body.
/// </summary>
internal sealed class HeadAsGet(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Items[typeof(HeadRequests)] = true;
            context.Request.Method = HttpMethods.Get;
        }

        return next(context);
    }
}

/// <summary>Tells handlers of GET what a HEAD is.</summary>
public static class HeadRequests
{
    /// <summary>
    /// Whether the caller asked for the headers only. Whoever answers with a stream that does not end by itself must
    /// end it at once then: nobody reads it.
    /// </summary>
    /// <param name="context">The request.</param>
    public static bool IsHeadRequest(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items.ContainsKey(typeof(HeadRequests));
    }
}
