using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>
/// The HTTP clients that forward requests. YARP sends each request once; <see cref="SafeRetryHandler"/> retries those
/// that are safe to send again.
/// </summary>
internal class ServiceConnections(IHostApplicationLifetime lifetime) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        ServiceClients.LimitConnectionLifetime(handler);
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new LiveStreams(new SafeRetryHandler(base.WrapHandler(context, handler)), lifetime.ApplicationStopping);
}

/// <summary>
/// Retries a request once when no connection could be made, since then nothing was sent; a GET or HEAD also when its
/// connection broke before the answer began. Anything else may have taken effect, so only the caller may repeat it.
/// </summary>
internal sealed class SafeRetryHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // Long enough for a load balancer to choose another replica, too short to be noticed.
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failure) when (WasNotSent(failure) || IsSafe(request))
        {
            await Task.Delay(RetryDelay, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Whether no connection could be made.</summary>
    public static bool WasNotSent(Exception? failure) =>
        failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    private static bool IsSafe(HttpRequestMessage request) =>
        request.Content is null && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head);
}
