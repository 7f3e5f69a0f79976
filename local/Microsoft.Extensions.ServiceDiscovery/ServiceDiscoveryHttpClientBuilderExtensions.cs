using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.ServiceDiscovery.Http;
using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a client call services by their names.</summary>
public static class ServiceDiscoveryHttpClientBuilderExtensions
{
    /// <summary>
    /// Replaces the service's name in each request of the client by one of the service's endpoints, in turn. Needs
    /// <c>services.AddServiceDiscovery()</c>.
    /// </summary>
    /// <param name="httpClientBuilder">The client.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddServiceDiscovery(this IHttpClientBuilder httpClientBuilder)
    {
        ArgumentNullException.ThrowIfNull(httpClientBuilder);
        return httpClientBuilder.AddHttpMessageHandler(services => new DiscoveryHandler(
            services.GetRequiredService<EndpointDirectory>(),
            services.GetRequiredService<IOptions<ServiceDiscoveryOptions>>().Value));
    }
}
