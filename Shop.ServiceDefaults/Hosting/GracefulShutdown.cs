using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults;

/// <summary>Lets a process end without failing the requests of its clients.</summary>
public static class GracefulShutdown
{
    /// <summary>
    /// How long a process may take from the signal to its end: less than what a container is given before it is killed.
    /// </summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(22);

    internal static void AddGracefulShutdown(this IHostApplicationBuilder builder)
    {
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Limit);
        // On a developer's machine there is no load balancer, and the developer waits for the end.
        builder.Services.Configure<ShutdownOptions>(options =>
            options.Quiet = builder.Environment.IsDevelopment() ? TimeSpan.FromSeconds(2) : null);
        builder.AddValidatedOptions<ShutdownOptions>("Shutdown");
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Draining>());
        builder.Services.AddHealthChecks().AddCheck<Draining>("serving", tags: ["ready"]);
    }

    internal static void UseGracefulShutdown(this IApplicationBuilder app) =>
        app.Use(app.ApplicationServices.GetRequiredService<Draining>().ServeAsync);
}

/// <summary>Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>
    /// How long requests are served after the signal. Longer than a load balancer takes to notice that readiness fails,
    /// and than the clients of <see cref="ServiceClients"/> keep an idle connection.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Ends the grace period early when there was no request for this long. Null: never, because a load balancer may
    /// not have noticed yet.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan? Quiet { get; set; }
}

/// <summary>
/// After the shutdown signal: not ready, but still serving. Each answer closes its connection, so that the client
/// connects to another replica. The server stops only after the grace period: stopping at once would break connections
/// on which a request is just arriving. Meanwhile the event consumers have stopped reading and finish the messages they
/// hold.
/// </summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, IOptions<ShutdownOptions> options, TimeProvider clock)
    : IHostedLifecycleService, IHealthCheck
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private long _lastRequest = clock.GetTimestamp();
    private volatile bool _stopping;

    private bool IsStopping => _stopping || lifetime.ApplicationStopping.IsCancellationRequested;

    public Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            Volatile.Write(ref _lastRequest, clock.GetTimestamp());
            context.Response.OnStarting(BeforeAnswer, context);
        }

        return next(context);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        for (var begun = clock.GetTimestamp(); !IsOver(begun) && !cancellationToken.IsCancellationRequested;)
            await Task.Delay(PollInterval, clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsStopping ? HealthCheckResult.Unhealthy("It is about to end.") : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task BeforeAnswer(object state)
    {
        var context = (HttpContext)state;
        Volatile.Write(ref _lastRequest, clock.GetTimestamp());
        // HTTP/2 and later have a frame for this (GOAWAY), which the server sends by itself.
        if (IsStopping && HttpProtocol.IsHttp11(context.Request.Protocol))
            context.Response.Headers.Connection = "close";

        return Task.CompletedTask;
    }

    private bool IsOver(long begun) => clock.GetElapsedTime(begun) >= options.Value.Grace
        || (options.Value.Quiet is { } quiet && clock.GetElapsedTime(Volatile.Read(ref _lastRequest)) >= quiet);
}
