using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Tests.Deployment;

/// <summary>What the ingress of a platform does with <c>X-Forwarded-*</c>.</summary>
public enum Ingress
{
    /// <summary>Adds the address that it sees to those that it was told.</summary>
    Appends,

    /// <summary>Replaces what it was told by what it sees.</summary>
    Overwrites,
}

/// <summary>A real proxy in this process, such as stands before the gateway and between it and a service.</summary>
internal static class LocalProxy
{
    public static Task<LocalServer> StartAsync(Ingress ingress, Func<Uri> destination, string scheme)
    {
        var connections = new HttpMessageInvoker(
            new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        var transformer = new Transformer(ingress, scheme);
        return LocalServer.Start(
            app => app.Run(async context =>
            {
                var failure = await context.RequestServices.GetRequiredService<IHttpForwarder>().SendAsync(
                    context,
                    destination().ToString(),
                    connections,
                    ForwarderRequestConfig.Empty,
                    transformer,
                    context.RequestAborted);
                Assert.Equal(ForwarderError.None, failure);
            }),
            builder => builder.Services.AddHttpForwarder());
    }

    private sealed class Transformer(Ingress ingress, string scheme) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
            CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            var address = httpContext.Connection.RemoteIpAddress!.ToString();
            var told = httpContext.Request.Headers["X-Forwarded-For"].ToString();
            Set(proxyRequest, "X-Forwarded-For", ingress == Ingress.Appends && told.Length > 0
                ? $"{told}, {address}"
                : address);
            Set(proxyRequest, "X-Forwarded-Proto", scheme);
            if (ingress == Ingress.Overwrites)
                Set(proxyRequest, "X-Forwarded-Host", httpContext.Request.Host.ToString());

            proxyRequest.Headers.Host = httpContext.Request.Host.ToString();
        }

        private static void Set(HttpRequestMessage request, string name, string value)
        {
            request.Headers.Remove(name);
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }
    }
}
