using Microsoft.Extensions.ServiceDiscovery.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Microsoft.Extensions.ServiceDiscovery.Yarp;

internal sealed class DiscoveringClientFactory(IServiceDiscoveryHttpMessageHandlerFactory handlers)
    : ForwarderHttpClientFactory
{
    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        handlers.CreateHandler(handler);
}
