namespace OpenTelemetry.Metrics;

/// <summary>Metrics of incoming requests.</summary>
public static class AspNetCoreInstrumentationMeterProviderBuilderExtensions
{
    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Http.Connections",
        "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.Diagnostics",
        "Microsoft.AspNetCore.RateLimiting",
        "Microsoft.AspNetCore.Authentication",
        "Microsoft.AspNetCore.Authorization",
        "Microsoft.AspNetCore.Identity",
        "Microsoft.AspNetCore.MemoryPool",
    ];

    /// <summary>
    /// Collects what ASP.NET Core measures of itself: requests, connections, rate limits, sign-ins, memory.
    /// </summary>
    /// <param name="builder">The metrics of the host.</param>
    /// <returns>The same builder.</returns>
    public static MeterProviderBuilder AddAspNetCoreInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(Meters);
    }
}
