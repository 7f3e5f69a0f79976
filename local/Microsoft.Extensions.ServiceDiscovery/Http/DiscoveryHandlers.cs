using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.ServiceDiscovery.Http;

internal sealed class DiscoveryHandlers(EndpointDirectory directory, IOptions<ServiceDiscoveryOptions> options)
    : IServiceDiscoveryHttpMessageHandlerFactory
{
    public HttpMessageHandler CreateHandler(HttpMessageHandler handler) =>
        new DiscoveryHandler(directory, options.Value) { InnerHandler = handler };
}
