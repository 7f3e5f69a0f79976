using Microsoft.Extensions.Hosting;
using OpenTelemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts OpenTelemetry into a host.</summary>
public static class OpenTelemetryServicesExtensions
{
    /// <summary>
    /// Starts telemetry with the host and flushes it when the host's container is disposed. Safe to call many times:
    /// libraries add their sources this way without knowing of each other.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <returns>The builder by which sources, meters and exporters are added.</returns>
    public static OpenTelemetryBuilder AddOpenTelemetry(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.All(service => service.ImplementationType != typeof(TelemetryStart)))
        {
            // First in line, so that the start of the other hosted services is already seen.
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TelemetryStart>());
        }

        return new(services);
    }
}
