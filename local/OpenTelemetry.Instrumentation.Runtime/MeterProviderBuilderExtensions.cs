namespace OpenTelemetry.Metrics;

/// <summary>Metrics of the .NET runtime.</summary>
public static class MeterProviderBuilderExtensions
{
    /// <summary>
    /// Collects what the runtime measures of itself (garbage collection, thread pool, locks, exceptions, processor and
    /// memory use) under the names of its own meter, <c>System.Runtime</c>.
    /// </summary>
    /// <param name="builder">The metrics of the host.</param>
    /// <returns>The same builder.</returns>
    public static MeterProviderBuilder AddRuntimeInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter("System.Runtime");
    }
}
