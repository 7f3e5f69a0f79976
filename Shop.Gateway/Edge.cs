using System.Diagnostics;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shop.Gateway.Limits;

namespace Shop.Gateway;

/// <summary>What stands between the internet and the routes.</summary>
internal static class Edge
{
    private const int SlowestBodyBytesPerSecond = 1000;

    public static void AddEdge(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddRateLimits();
        services.AddSingleton<DistributedContextPropagator>(new CallersTrace());
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            // Who dawdles holds a connection, not a thread; these keep it from holding many for long.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            kestrel.Limits.MinRequestBodyDataRate = new(SlowestBodyBytesPerSecond, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.Limits.MaxConcurrentConnections = 10_000;
        });
        // Other hosts are refused by Admission, with a problem; the built-in filter would answer before anybody, in HTML.
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = ["*"]);
        // No other origin's scripts unless configured, and never with cookies.
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(builder.Configuration.GetSection("Cors:Origins").Get<string[]>() ?? [])
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
            .WithExposedHeaders("ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After")));
    }

    /// <summary>In the order in which a request meets them.</summary>
    public static void Use(IApplicationBuilder app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<Admission>();
        app.UseMiddleware<ClientHeaders>();
        app.UseCors();
        app.UseMiddleware<RateLimiting>();
        app.UseMiddleware<AllowedMethods>();
    }
}
