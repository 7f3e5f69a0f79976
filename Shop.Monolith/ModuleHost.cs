using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Messaging;

namespace Shop.Monolith;

/// <summary>
/// A module in a host of its own: services, options, settings, authentication, background work and pipeline are those
/// that it has as a service, so that nothing of it can collide with the modules beside it. Shared are the process, its
/// log and telemetry, and what passes between modules: connections and events.
/// </summary>
internal sealed class ModuleHost(
    Module module, MemoryTransport transport, LocalStreams streams, IHostEnvironment environment, ILoggerFactory logs)
{
    // One of the two listens: the module, or who answers for it.
    private volatile WebApplication? _app;
    private WebApplication? _standIn;

    private const string RetryAfterSeconds = "10";

    public string Name => module.Name;

    /// <summary>Where the settings of a module are, which it has as a service, too.</summary>
    public static string FolderOf(string module) => Path.Combine(AppContext.BaseDirectory, "modules", module);

    /// <summary>Starts the module; after a failure it may be called again.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = Environment.GetCommandLineArgs()[1..],
            EnvironmentName = environment.EnvironmentName,
            // A module may have no settings of its own.
            ContentRootPath = Directory.Exists(FolderOf(Name)) ? FolderOf(Name) : AppContext.BaseDirectory,
        });
        builder.Configuration.AddInMemoryCollection(OwnSettings).AddInMemoryCollection(transport.Addresses);
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(streams);
        ListenInMemory(builder);
        builder.AddModuleDefaults();
        builder.Services.ConnectInMemory(transport);
        module.Add(builder);

        var app = builder.Build();
        try
        {
            app.UseServiceDefaults();
            app.MapDefaultEndpoints();
            module.Map(app);
            await EndStandInAsync(cancel);
            await app.StartAsync(cancel);
            _app = app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Completes when the module ends by itself, as a process does whose background work fails for good.
    /// </summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancel, _app?.Lifetime.ApplicationStopping ?? CancellationToken.None);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Answers 503 for a module that could not start.</summary>
    public async Task StandInAsync(CancellationToken cancel)
    {
        if (_standIn is not null)
            return;

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRouting().AddProblemDetails().AddSingleton(logs);
        builder.WebHost.UseKestrelCore();
        ListenInMemory(builder);
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem("This part of the shop is not running.", statusCode: 503).ExecuteAsync(context);
        });
        await app.StartAsync(cancel);
        _standIn = app;
    }

    public async Task StopAsync(CancellationToken cancel)
    {
        await EndStandInAsync(cancel);
        if (_app is not { } app)
            return;

        _app = null;
        await app.StopAsync(cancel);
        await app.DisposeAsync();
    }

    /// <summary>As the module itself says: migrated, and not stopping.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancel) => _app is { } app
        && (await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancel)).Status
            == HealthStatus.Healthy;

    private async Task EndStandInAsync(CancellationToken cancel)
    {
        if (_standIn is not { } app)
            return;

        _standIn = null;
        await app.StopAsync(cancel);
        await app.DisposeAsync();
    }

    private void ListenInMemory(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IHostLifetime, LifetimeOfTheProcess>();
        builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(new ModuleEndPoint(Name)));
    }

    // What the process is told of addresses and callers is meant for the gateway, the only one that is called from
    // outside.
    private static Dictionary<string, string?> OwnSettings => new()
    {
        ["urls"] = "",
        ["http_ports"] = "",
        ["https_ports"] = "",
        ["AllowedHosts"] = "*",
        ["TrustedProxies"] = "127.0.0.0/8,::1/128",
        // The gateway has ended before, so that no request comes any more.
        ["Shutdown:Grace"] = "00:00:00",
        ["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:DisableTracing"] = "true",
        ["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:DisableMetrics"] = "true",
        ["Aspire:StackExchange:Redis:DisableTracing"] = "true",
    };

    /// <summary>Signals are for the host of the process, which stops the modules.</summary>
    private sealed class LifetimeOfTheProcess : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
