using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.ServiceDiscovery.Http;
using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Finds services by their names.</summary>
public static class ServiceDiscoveryServiceCollectionExtensions
{
    /// <summary>
    /// Finds services in the configuration (<c>Services:{service}:{scheme or endpoint}:{n}</c>); a name that is not
    /// there is taken for an address.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddServiceDiscovery(this IServiceCollection services) =>
        services.AddServiceDiscovery(_ => { });

    /// <summary>Finds services in the configuration, by the schemes that the options allow.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configureOptions">Restricts the schemes.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddServiceDiscovery(
        this IServiceCollection services,
        Action<ServiceDiscoveryOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureOptions);
        services.AddOptions<ConfigurationServiceEndpointProviderOptions>().Validate(
            options => !string.IsNullOrWhiteSpace(options.SectionName),
            $"{nameof(ConfigurationServiceEndpointProviderOptions.SectionName)} is empty.");
        services.AddOptions<ServiceDiscoveryOptions>().Configure(configureOptions).Validate(
            options => options.AllowedSchemes is not null,
            $"{nameof(ServiceDiscoveryOptions.AllowedSchemes)} is null.");

        services.TryAddSingleton<EndpointDirectory>();
        services.TryAddSingleton<IServiceDiscoveryHttpMessageHandlerFactory, DiscoveryHandlers>();
        services.TryAddSingleton(provider =>
            new ServiceEndpointResolver(provider.GetRequiredService<EndpointDirectory>()));
        return services;
    }
}
