using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Instrumentation.Http;

namespace OpenTelemetry.Trace;

/// <summary>Spans of outgoing requests.</summary>
public static class HttpClientInstrumentationTracerProviderBuilderExtensions
{
    /// <summary>Traces every outgoing request.</summary>
    /// <param name="builder">The traces of the host.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddHttpClientInstrumentation(this TracerProviderBuilder builder) =>
        builder.AddHttpClientInstrumentation(name: null, configureHttpClientTraceInstrumentationOptions: null);

    /// <summary>Traces outgoing requests.</summary>
    /// <param name="builder">The traces of the host.</param>
    /// <param name="configureHttpClientTraceInstrumentationOptions">Filters requests and adds to their spans.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddHttpClientInstrumentation(
        this TracerProviderBuilder builder,
        Action<HttpClientTraceInstrumentationOptions>? configureHttpClientTraceInstrumentationOptions) =>
        builder.AddHttpClientInstrumentation(name: null, configureHttpClientTraceInstrumentationOptions);

    /// <summary>Traces outgoing requests.</summary>
    /// <param name="builder">The traces of the host.</param>
    /// <param name="name">The name of the options to use; null is the default name.</param>
    /// <param name="configureHttpClientTraceInstrumentationOptions">Filters requests and adds to their spans.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddHttpClientInstrumentation(
        this TracerProviderBuilder builder,
        string? name,
        Action<HttpClientTraceInstrumentationOptions>? configureHttpClientTraceInstrumentationOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        name ??= Options.DefaultName;
        builder.ConfigureServices(services =>
        {
            if (configureHttpClientTraceInstrumentationOptions is { } configure)
            {
                services.Configure(name, configure);
            }

            services.TryAddKeyedSingleton(name, (provider, _) => new ClientSpans(
                provider.GetRequiredService<IOptionsMonitor<HttpClientTraceInstrumentationOptions>>().Get(name)));
        });

        return builder
            .AddSource(ClientSpans.Source)
            .AddInstrumentation(provider => provider.GetRequiredKeyedService<ClientSpans>(name));
    }
}
