using System.Diagnostics;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shop.Gateway.Limits;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>The middleware between the internet and the routes, and the limits of the server.</summary>
internal static class GatewayPipeline
{
    private const int MinBodyBytesPerSecond = 1000;

    public static void AddGatewayPipeline(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (builder.Configuration.GetValue(CallerHeaders.Setting, false))
            throw new InvalidOperationException(
                $"{CallerHeaders.Setting} is for services: at the gateway anybody could claim to be any caller.");

        builder.AddRateLimits();
        services.AddPublicCompression();
        services.AddSingleton<DistributedContextPropagator>(new TraceContextPropagation());
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            // A slow client costs a connection, not a thread. These limits keep it from holding many for long.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            kestrel.Limits.MinRequestBodyDataRate = new(MinBodyBytesPerSecond, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.Limits.MaxConcurrentConnections = 10_000;
        });
        // RequestFilter refuses other hosts with a problem; the built-in filter would run earlier and answer in HTML.
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["*"]);
        // Scripts of other origins are allowed only if configured, and never with cookies.
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(builder.Configuration.GetSection("Cors:Origins").Get<string[]>() ?? [])
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
            .WithExposedHeaders("ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After")));
    }

    /// <summary>The middleware, in the order in which a request passes through it.</summary>
    public static void Use(IApplicationBuilder app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<RequestFilter>();
        app.UseMiddleware<HeaderSanitizer>();
        app.UseCors();
        app.UseMiddleware<RateLimiting>();
        app.UsePublicCompression();
        app.UseMiddleware<AllowedMethods>();
        app.UseOutputCache();
    }
}
