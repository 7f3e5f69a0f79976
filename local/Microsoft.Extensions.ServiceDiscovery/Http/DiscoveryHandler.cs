using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.ServiceDiscovery.Http;

/// <summary>
/// Sends each request, and each retry of it, to the next endpoint of the service it names. The request gets its own
/// address back afterwards: handlers further out work by the service's name.
/// </summary>
internal sealed class DiscoveryHandler(EndpointDirectory directory, ServiceDiscoveryOptions options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        var asked = request.RequestUri;
        request.RequestUri = Resolve(asked);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = asked;
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri;
        request.RequestUri = Resolve(asked);
        try
        {
            return base.Send(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = asked;
        }
    }

    private Uri Resolve(Uri? asked)
    {
        if (asked is null)
            throw new InvalidOperationException("A request without an address names no service.");

        var endpoint = directory.Find(asked.GetLeftPart(UriPartial.Authority)).Next();
        return EndpointAddress.Combine(asked, endpoint, options);
    }
}
