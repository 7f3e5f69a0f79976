using System.Diagnostics;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Shop.ServiceDefaults;

internal static class Telemetry
{
    /// <summary>
    /// What is asked for again and again and does nothing: whether a service is healthy, and the files of a page.
    /// Traces of it would hide the others; metrics count it.
    /// </summary>
    private static readonly string[] Untraced = ["/health", "/assets"];

    /// <summary>
    /// Logs, traces and metrics by OpenTelemetry; sent by OTLP when OTEL_EXPORTER_OTLP_ENDPOINT says where to, and to
    /// Application Insights when APPLICATIONINSIGHTS_CONNECTION_STRING does.
    /// </summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var insights = builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
            if (!string.IsNullOrWhiteSpace(insights))
                logging.AddAzureMonitorLogExporter(options => Configure(options, insights));
        });
        // Callers could fill baggage with anything. No service reads it, so it is not propagated.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.SendToApplicationInsights(insights)
                .AddMeter("Shop.*")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing.SendToApplicationInsights(insights)
                // After the exporter, which would set one that takes five traces a second.
                .SetSampler(new ParentBasedSampler(new NoClientRootSpans(ConfiguredSampler(builder.Configuration))))
                .AddSource("Shop.*")
                .AddAspNetCoreInstrumentation(options => options.Filter = context =>
                    !Untraced.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)))
                .AddHttpClientInstrumentation());
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();
    }

    private static TracerProviderBuilder SendToApplicationInsights(
        this TracerProviderBuilder tracing, string? connection) =>
        string.IsNullOrWhiteSpace(connection)
            ? tracing
            : tracing.AddAzureMonitorTraceExporter(options => Configure(options, connection));

    private static MeterProviderBuilder SendToApplicationInsights(
        this MeterProviderBuilder metrics, string? connection) =>
        string.IsNullOrWhiteSpace(connection)
            ? metrics
            : metrics.AddAzureMonitorMetricExporter(options => Configure(options, connection));

    private static void Configure(AzureMonitorExporterOptions options, string connection)
    {
        options.ConnectionString = connection;
        // A container's file system is read-only, and goes away with it.
        options.DisableOfflineStorage = true;
        options.EnableLiveMetrics = false;
    }

    // OTEL_TRACES_SAMPLER by its standard values; the SDK ignores the variable once a sampler is set in code.
    private static Sampler ConfiguredSampler(IConfiguration configuration) =>
        configuration["OTEL_TRACES_SAMPLER"] switch
        {
            "always_off" or "parentbased_always_off" => new AlwaysOffSampler(),
            "traceidratio" or "parentbased_traceidratio" =>
                new TraceIdRatioBasedSampler(configuration.GetValue("OTEL_TRACES_SAMPLER_ARG", 1.0)),
            _ => new AlwaysOnSampler(),
        };

    /// <summary>
    /// Drops the traces that would start with a client span. Background work polls its database and Redis several times
    /// a second; such calls belong to no request or message and would hide those that do.
    /// </summary>
    private sealed class NoClientRootSpans(Sampler others) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            samplingParameters.Kind == ActivityKind.Client
                ? new(SamplingDecision.Drop)
                : others.ShouldSample(samplingParameters);
    }
}
