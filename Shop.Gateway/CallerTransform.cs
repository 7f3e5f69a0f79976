using System.Net.Http.Headers;
using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Shop.Gateway;

/// <summary>
/// Tells the services who the caller is, by <see cref="CallerHeaders"/>; <see cref="HeaderSanitizer"/> has removed what
/// a client may have sent under these names.
/// </summary>
internal static class CallerTransform
{
    public static void Add(TransformBuilderContext route) => route.AddRequestTransform(request =>
    {
        var (caller, headers) = (request.HttpContext, request.ProxyRequest.Headers);
        Set(headers, CallerHeaders.Address, caller.Connection.RemoteIpAddress?.ToString());
        Set(headers, CallerHeaders.Scheme, caller.Request.Scheme);
        Set(headers, CallerHeaders.Host, caller.Request.Host.Value);
        return ValueTask.CompletedTask;
    });

    private static void Set(HttpRequestHeaders headers, string name, string? value)
    {
        headers.Remove(name);
        if (!string.IsNullOrEmpty(value))
            headers.TryAddWithoutValidation(name, value);
    }
}
