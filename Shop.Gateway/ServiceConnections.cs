using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>The connections by which requests are forwarded. YARP itself sends each request once; here a second try is made where it can do no harm.</summary>
internal sealed class ServiceConnections : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        ServiceClients.KeepBriefly(handler);
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new SecondTry(base.WrapHandler(context, handler));
}

/// <summary>
/// Sends a request once more when no connection could be made, since then nothing was sent, and a GET or HEAD also when
/// its connection broke before the answer began. Anything else may have been carried out and is its sender's to repeat.
/// </summary>
internal sealed class SecondTry(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // Long enough for a balancer to choose another replica, too short to be noticed.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.ConnectionError || IsHarmless(request))
        {
            await Task.Delay(Pause, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private static bool IsHarmless(HttpRequestMessage request) =>
        request.Content is null && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head);
}
