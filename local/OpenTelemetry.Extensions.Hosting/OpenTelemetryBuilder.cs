using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OpenTelemetry;

/// <summary>Configures the telemetry of one host. Every call adds to what earlier calls have configured.</summary>
public sealed class OpenTelemetryBuilder : IOpenTelemetryBuilder
{
    internal OpenTelemetryBuilder(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        Services = services;
    }

    /// <summary>The services of the host that is being configured.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Describes the host in everything it sends: traces, metrics and logs alike.</summary>
    /// <param name="configure">Adds attributes to the resource.</param>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder ConfigureResource(Action<ResourceBuilder> configure)
    {
        OpenTelemetryBuilderSdkExtensions.ConfigureResource(this, configure);
        return this;
    }

    /// <summary>Turns metrics on.</summary>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder WithMetrics() => WithMetrics(_ => { });

    /// <summary>Turns metrics on and configures them.</summary>
    /// <param name="configure">Adds meters, views and readers.</param>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder WithMetrics(Action<MeterProviderBuilder> configure)
    {
        OpenTelemetryBuilderSdkExtensions.WithMetrics(this, configure);
        return this;
    }

    /// <summary>Turns tracing on.</summary>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder WithTracing() => WithTracing(_ => { });

    /// <summary>Turns tracing on and configures it.</summary>
    /// <param name="configure">Adds sources, samplers and processors.</param>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder WithTracing(Action<TracerProviderBuilder> configure)
    {
        OpenTelemetryBuilderSdkExtensions.WithTracing(this, configure);
        return this;
    }

    /// <summary>Sends what is logged through <c>ILogger</c> to OpenTelemetry as well.</summary>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder WithLogging() => WithLogging(configureBuilder: null, configureOptions: null);

    /// <summary>Sends what is logged through <c>ILogger</c> to OpenTelemetry as well.</summary>
    /// <param name="configure">Adds processors and exporters.</param>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder WithLogging(Action<LoggerProviderBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return WithLogging(configure, configureOptions: null);
    }

    /// <summary>Sends what is logged through <c>ILogger</c> to OpenTelemetry as well.</summary>
    /// <param name="configureBuilder">Adds processors and exporters.</param>
    /// <param name="configureOptions">Says what of a log record is kept.</param>
    /// <returns>This builder.</returns>
    public OpenTelemetryBuilder WithLogging(
        Action<LoggerProviderBuilder>? configureBuilder,
        Action<OpenTelemetryLoggerOptions>? configureOptions)
    {
        OpenTelemetryBuilderSdkExtensions.WithLogging(this, configureBuilder, configureOptions);
        return this;
    }
}
