using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http.Resilience;
using Shop.ServiceDefaults;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the shop has in common.</summary>
public static class Extensions
{
    private const long MaxBodyBytes = 64 * 1024;

    /// <summary>
    /// Telemetry, health, discovery, resilience, problems, strict JSON, tokens, and authorization that denies by
    /// default.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        return builder.AddModuleDefaults();
    }

    /// <summary>
    /// <see cref="AddServiceDefaults"/> for a host that is not alone in its process: without telemetry, which listens
    /// to the whole process and would send everything twice.
    /// </summary>
    public static TBuilder AddModuleDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        builder.AddBearerTokens();
        builder.AddGracefulShutdown();
        builder.AddTrustedProxies();

        ShiftedClock.AddTo(builder);
        services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(client =>
        {
            // One pipeline per authority: a service that is down must not open the circuit breaker for the others.
#pragma warning disable EXTEXP0001 // Marked experimental; there is no other way to prevent retries of POST.
            client.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods())
                .SelectPipelineByAuthority();
#pragma warning restore EXTEXP0001
            client.AddServiceDiscovery();
            client.UseSocketsHttpHandler((handler, _) => ServiceClients.LimitConnectionLifetime(handler));
        });

        services.AddProblemDetails(options => options.CustomizeProblemDetails = Problem.Complete);
        services.AddSingleton<IProblemDetailsWriter, Problem.Writer>();
        services.AddExceptionHandler<ExceptionProblems>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options => Json.Strict(options.SerializerOptions));
        services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        services.AddOpenApi(options => options.CreateSchemaReferenceId = SchemaName);
        return builder;
    }

    /// <summary>The middleware of every service, in its order; call it right after <c>Build</c>.</summary>
    /// <param name="app">The service.</param>
    /// <param name="first">Adds middleware that runs before the input and the token of a request are checked.</param>
    public static WebApplication UseServiceDefaults(this WebApplication app, Action<IApplicationBuilder>? first = null)
    {
        app.UseGracefulShutdown();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        if (app.Configuration.GetValue(CallerHeaders.Setting, false))
            app.UseMiddleware<CallerHeadersMiddleware>();

        app.UseForwardedHeaders();
        app.UseMiddleware<HeadAsGet>();
        app.UseRouting();
        first?.Invoke(app);
        app.UseMiddleware<ReadinessGuard>();
        app.UseMiddleware<InputGuard>();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    /// <summary>
    /// <c>/health/live</c> (restart me unless 200), <c>/health/ready</c> (send me requests when 200) and
    /// <c>/openapi/v1.json</c>, in every environment: probes need them in production most. The gateway does not route
    /// them.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", Of(check => check.Tags.Contains("live"))).AllowAnonymous();
        app.MapHealthChecks("/health/ready", Of(check => !check.Tags.Contains("live"))).AllowAnonymous();
        app.MapOpenApi("/openapi/v1.json").AllowAnonymous();
        app.MapGet("/openapi/{**other}", () => Problem.NotFound("There is one document: /openapi/v1.json."))
            .AllowAnonymous().ExcludeFromDescription();
        return app;
    }

    // Every use case has a Request and a Response; without the name of the use case they would share one schema.
    private static string? SchemaName(JsonTypeInfo type) => type.Type is { DeclaringType: { } useCase } nested
        ? useCase.Name + nested.Name
        : OpenApiOptions.CreateDefaultSchemaReferenceId(type);

    private static HealthCheckOptions Of(Func<HealthCheckRegistration, bool> checks) => new()
    {
        Predicate = checks,
        ResponseWriter = (context, report) =>
            context.Response.WriteAsync(report.Status.ToString(), context.RequestAborted),
    };
}
