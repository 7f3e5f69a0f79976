using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Shop.Gateway;
using Shop.Messaging;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Monolith;

internal static class ModuleSetup
{
    /// <summary>
    /// Runs modules in this process. Those that the setting <c>Extract</c> names run as services elsewhere
    /// (<c>payments,shipping</c>); service discovery knows where, as it does for every client of a service.
    /// </summary>
    public static void AddModules(this WebApplicationBuilder builder, params Module[] modules)
    {
        var extracted = (builder.Configuration["Extract"] ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (extracted.Except(modules.Select(module => module.Name)).ToArray() is [var unknown, ..])
            throw new InvalidOperationException($"Extract names {unknown}, which is not a module.");

        Module[] here = [.. modules.Where(module => !extracted.Contains(module.Name))];
        // The gateway is the host of this process, with the settings that it has as a service below those of the host.
        foreach (var file in (string[])[$"appsettings.{builder.Environment.EnvironmentName}.json", "appsettings.json"])
        {
            var settings = new JsonConfigurationSource
            {
                Path = Path.Combine(ModuleHost.FolderOf("gateway"), file),
                Optional = true,
            };
            settings.ResolveFileProvider();
            ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, settings);
        }

        var storefront = Path.Combine(ModuleHost.FolderOf("gateway"), "wwwroot");
        if (Directory.Exists(storefront))
            builder.Environment.WebRootFileProvider = new PhysicalFileProvider(storefront);

        string[] names = [.. here.Select(module => module.Name)];
        var transport = new MemoryTransport(names);
        builder.Configuration.AddInMemoryCollection(transport.Addresses);
        builder.Services.ConnectInMemory(transport);
        builder.Services.AddSingleton(transport);
        builder.Services.AddSingleton(new LocalStreams(names));
        builder.Services.AddSingleton(services => new ModuleHosts(
            [.. here.Select(module => ActivatorUtilities.CreateInstance<ModuleHost>(services, module))],
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<ModuleHosts>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<ModuleHosts>());
        builder.Services.AddHealthChecks().AddCheck<ModuleHosts>("modules", tags: ["ready"]);
        // What the modules would add to the telemetry of their own process.
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource("Npgsql"))
            .WithMetrics(metrics => metrics.AddMeter("Npgsql"));
    }

    /// <summary>Has the gateway reach the modules of this process without a socket.</summary>
    public static void AddForwardingInMemory(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ConnectionsInMemory>();

    /// <summary>Has all clients of the host reach the modules of this process without a socket.</summary>
    public static void ConnectInMemory(this IServiceCollection services, MemoryTransport transport) =>
        services.ConfigureHttpClientDefaults(client => client.UseSocketsHttpHandler(
            (handler, _) => handler.ConnectCallback = transport.ConnectAsync));

    private sealed class ConnectionsInMemory(MemoryTransport transport, IHostApplicationLifetime lifetime)
        : ServiceConnections(lifetime)
    {
        protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
        {
            base.ConfigureHandler(context, handler);
            handler.ConnectCallback = transport.ConnectAsync;
        }
    }
}
