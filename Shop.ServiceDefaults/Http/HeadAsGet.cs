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
            context.Request.Method = HttpMethods.Get;

        return next(context);
    }
}
