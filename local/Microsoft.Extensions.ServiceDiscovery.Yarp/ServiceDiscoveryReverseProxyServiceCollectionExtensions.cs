using Microsoft.Extensions.ServiceDiscovery.Yarp;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets YARP call services by their names.</summary>
public static class ServiceDiscoveryReverseProxyServiceCollectionExtensions
{
    /// <summary>
    /// Takes the addresses of destinations for names of services; a destination becomes one for each endpoint of its
    /// service, so that YARP balances between them and checks their health. Changes of the configuration are followed.
    /// Needs <c>services.AddServiceDiscovery()</c>.
    /// </summary>
    /// <param name="builder">The reverse proxy.</param>
    /// <returns>The same builder.</returns>
    public static IReverseProxyBuilder AddServiceDiscoveryDestinationResolver(this IReverseProxyBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IDestinationResolver, DestinationResolver>();
        return builder;
    }

    /// <summary>
    /// Adds YARP's forwarder, with service discovery in its clients. Needs <c>services.AddServiceDiscovery()</c>.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddHttpForwarderWithServiceDiscovery(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddHttpForwarder().AddServiceDiscoveryForwarderFactory();
    }

    /// <summary>Puts service discovery into the clients of a forwarder that is already there.</summary>
    /// <param name="services">The services of the host.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddServiceDiscoveryForwarderFactory(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<IForwarderHttpClientFactory, DiscoveringClientFactory>();
        return services;
    }
}
