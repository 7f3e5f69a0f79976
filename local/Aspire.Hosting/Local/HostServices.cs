using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>What an app host is made of.</summary>
internal static class HostServices
{
    public const string RandomizePorts = "DcpPublisher:RandomizePorts";

    // Long enough for every child's own patience, so that the host never gives up before they have ended.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(120);

    public static void Add(
        HostApplicationBuilder host, DistributedApplicationOptions options, AppHostProject appHost, DistributedApplicationBuilder builder)
    {
        host.Services.Configure<HostOptions>(hosting => hosting.ShutdownTimeout = ShutdownTimeout);
        host.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        host.Services.Configure<ResourceNotificationServiceOptions>(waiting => waiting.DefaultWaitBehavior =
            options.DisableDashboard ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable);
        host.Logging
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            .AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);

        host.Services.TryAddSingleton(TimeProvider.System);
        host.Services.AddSingleton(options);
        host.Services.AddSingleton(appHost);
        var settings = new HostSettings(host.Configuration);
        host.Services.AddSingleton(settings);
        host.Services.AddSingleton(UserSecrets.Open(appHost, settings));
        host.Services.AddSingleton(builder.Eventing);
        host.Services.AddSingleton(builder.ExecutionContext);
        host.Services.AddSingleton(new DistributedApplicationModel(builder.Resources));
        host.Services.AddSingleton<ResourceLoggerService>();
        host.Services.AddSingleton<ResourceNotificationService>();
        host.Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<Orchestrator>()));
        host.Services.AddHealthChecks();
        host.Services.AddHttpClient();

        host.Services.AddSingleton<HealthProbe>();
        host.Services.AddSingleton<HealthChecker>();
        host.Services.AddSingleton<PortReservations>();
        host.Services.AddSingleton<PublicEndpoints>();
        host.Services.AddSingleton<ReplicaBalance>();
        host.Services.AddSingleton<LocalFolders>();
        host.Services.AddSingleton<ResourceEnvironment>();
        host.Services.AddSingleton<Launcher>();
        host.Services.AddSingleton<ConsoleEcho>();
        host.Services.AddSingleton<StartReport>();
        host.Services.AddSingleton<ReplicaServices>();
        host.Services.AddSingleton<Orchestrator>();
        host.Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
    }
}

/// <summary>The settings of this host itself.</summary>
internal sealed class HostSettings(IConfiguration configuration)
{
    /// <summary>Fixed public ports are ignored and data is thrown away: how tests run.</summary>
    public bool IsTest => configuration.GetValue(HostServices.RandomizePorts, false);
}
