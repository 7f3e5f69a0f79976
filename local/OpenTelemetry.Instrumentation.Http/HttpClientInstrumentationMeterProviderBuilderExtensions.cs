namespace OpenTelemetry.Metrics;

/// <summary>Metrics of outgoing requests.</summary>
public static class HttpClientInstrumentationMeterProviderBuilderExtensions
{
    /// <summary>
    /// Collects what .NET measures of <c>HttpClient</c>: durations, connections, time in queues and name look-ups.
    /// </summary>
    /// <param name="builder">The metrics of the host.</param>
    /// <returns>The same builder.</returns>
    public static MeterProviderBuilder AddHttpClientInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter("System.Net.Http", "System.Net.NameResolution");
    }
}
