using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Local;

/// <summary>The environment that every project gets, before the app host adds to it.</summary>
internal static class ProjectDefaults
{
    public static void Add(EnvironmentCallbackContext context, IHostEnvironment environment, (string Name, LaunchProfile Profile)? launch)
    {
        var variables = context.EnvironmentVariables;
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        if (environment.IsDevelopment())
        {
            variables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
            variables["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
        }

        variables["OTEL_SERVICE_NAME"] = context.Resource.Name;
        if (environment.IsDevelopment())
        {
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
            variables["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true";
        }

        variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";

        if (launch is not { } chosen) return;
        variables.TryAdd("DOTNET_LAUNCH_PROFILE", chosen.Name);
        foreach (var (name, value) in chosen.Profile.EnvironmentVariables)
            variables.TryAdd(name, Environment.ExpandEnvironmentVariables(value));
    }
}

/// <summary>
/// Where projects send their telemetry. Without one they are told of no endpoint: exporting to nobody only fills their
/// logs. A dashboard registers one.
/// </summary>
/// <param name="Endpoint">The address.</param>
/// <param name="Protocol"><c>grpc</c> or <c>http/protobuf</c>.</param>
/// <param name="ApiKey">What senders identify themselves with; null is nothing.</param>
internal sealed record TelemetryReceiver(string Endpoint, string Protocol, string? ApiKey)
{
    public void AddTo(IDictionary<string, object> variables)
    {
        variables.TryAdd("OTEL_EXPORTER_OTLP_ENDPOINT", Endpoint);
        variables.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", Protocol);
        if (ApiKey is not null) variables.TryAdd("OTEL_EXPORTER_OTLP_HEADERS", $"x-otlp-api-key={ApiKey}");
    }
}
