using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>Makes a context visible: is it reachable, what does it do, how long does it take.</summary>
internal static class ContextObservation
{
    private const string Npgsql = "Npgsql";

    public static void ObserveContext<TContext>(
        this IHostApplicationBuilder builder,
        NpgsqlEntityFrameworkCorePostgreSQLSettings settings)
        where TContext : DbContext
    {
        // The same mark as in the other Aspire integrations: two checks of one name fail at start.
        var mark = $"Aspire.HealthChecks.{typeof(TContext).Name}";
        if (!settings.DisableHealthChecks && builder.Properties.TryAdd(mark, true))
            builder.Services.AddHealthChecks().AddDbContextCheck<TContext>();

        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(Npgsql));

        if (!settings.DisableMetrics)
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Npgsql));
    }
}
