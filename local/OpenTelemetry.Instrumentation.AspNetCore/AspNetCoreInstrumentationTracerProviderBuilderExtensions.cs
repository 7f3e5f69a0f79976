using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Instrumentation.AspNetCore;

namespace OpenTelemetry.Trace;

/// <summary>Spans of incoming requests.</summary>
public static class AspNetCoreInstrumentationTracerProviderBuilderExtensions
{
    /// <summary>Traces every incoming request.</summary>
    /// <param name="builder">The traces of the host.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddAspNetCoreInstrumentation(this TracerProviderBuilder builder) =>
        builder.AddAspNetCoreInstrumentation(name: null, configureAspNetCoreTraceInstrumentationOptions: null);

    /// <summary>Traces incoming requests.</summary>
    /// <param name="builder">The traces of the host.</param>
    /// <param name="configureAspNetCoreTraceInstrumentationOptions">Filters requests and adds to their spans.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddAspNetCoreInstrumentation(
        this TracerProviderBuilder builder,
        Action<AspNetCoreTraceInstrumentationOptions>? configureAspNetCoreTraceInstrumentationOptions) =>
        builder.AddAspNetCoreInstrumentation(name: null, configureAspNetCoreTraceInstrumentationOptions);

    /// <summary>Traces incoming requests.</summary>
    /// <param name="builder">The traces of the host.</param>
    /// <param name="name">The name of the options to use; null is the default name.</param>
    /// <param name="configureAspNetCoreTraceInstrumentationOptions">Filters requests and adds to their spans.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddAspNetCoreInstrumentation(
        this TracerProviderBuilder builder,
        string? name,
        Action<AspNetCoreTraceInstrumentationOptions>? configureAspNetCoreTraceInstrumentationOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        name ??= Options.DefaultName;
        builder.ConfigureServices(services =>
        {
            if (configureAspNetCoreTraceInstrumentationOptions is { } configure)
            {
                services.Configure(name, configure);
            }

            services.TryAddKeyedSingleton(name, (provider, _) => new ServerSpans(
                provider.GetRequiredService<IOptionsMonitor<AspNetCoreTraceInstrumentationOptions>>().Get(name)));
        });

        return builder
            .AddSource(ServerSpans.Source)
            .AddInstrumentation(provider => provider.GetRequiredKeyedService<ServerSpans>(name));
    }
}
