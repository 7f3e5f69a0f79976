using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Load;

/// <summary>
/// The shop that is measured, started for this run: real processes, data that is thrown away, and what only a
/// developer's machine has switched off: the orchestrator's proxies, small quotas, a trace of every request.
/// </summary>
internal sealed class ShopUnderLoad : IAsyncDisposable
{
    private static readonly string[] Services = ["users", "orders", "payments", "shipping", "gateway"];
    private static readonly string[] Passwords =
    [
        "postgres", "redis", "usersdb", "ordersdb", "paymentsdb", "shippingdb",
    ];

    private readonly DistributedApplication? _app;

    private ShopUnderLoad(Uri gateway, DistributedApplication? app) => (Gateway, _app) = (gateway, app);

    /// <summary>Where customers come in.</summary>
    public Uri Gateway { get; }

    /// <summary>Starts the shop, or takes one that runs on this machine.</summary>
    /// <exception cref="ArgumentException">The address is not of this machine: load goes nowhere else.</exception>
    public static async Task<ShopUnderLoad> StartAsync(string? url, CancellationToken cancel)
    {
        if (url is null)
            return await StartAsync(cancel);

        var address = new Uri(url);
        return address.IsLoopback
            ? new(address, null)
            : throw new ArgumentException($"{address} is not on this machine. Load goes to loopback only.");
    }

    /// <summary>The connection string of a database or of Redis of a shop that was started here.</summary>
    public async Task<string> ConnectionAsync(string resource, CancellationToken cancel) =>
        _app is not null && await _app.GetConnectionStringAsync(resource, cancel) is { } connection
            ? connection
            : throw new InvalidOperationException($"{resource} is only known of a shop that was started here.");

    /// <summary>A client with connections of its own, as many as it needs.</summary>
    public HttpClient NewClient() => Clients.To(Gateway);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private static async Task<ShopUnderLoad> StartAsync(CancellationToken cancel)
    {
        string[] settings =
        [
            .. Passwords.Select(name => $"--Parameters:{name}-password={Guid.CreateVersion7():N}"),
            .. from service in Services
               from setting in (string[])
               [
                   "Logging:LogLevel:Default=Warning",
                   "OTEL_TRACES_SAMPLER=parentbased_traceidratio",
                   "OTEL_TRACES_SAMPLER_ARG=0.1",
               ]
               select $"--Services:{service}:Settings:{setting}",
            .. ((string[])["User", "Address", "Session", "Cart"])
                .Select(quota => $"--Services:gateway:Settings:RateLimits:{quota}:Quota=1000000000"),
            "--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:00.010",
        ];
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(settings, cancel);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error)
            // A service that has not started yet is no news.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            .AddFilter("Shop.AppHost.Resources", LogLevel.None));
        foreach (var resource in builder.Resources)
        {
            foreach (var volume in resource.Annotations.OfType<ContainerMountAnnotation>().ToArray())
                resource.Annotations.Remove(volume);

            if (resource is ProjectResource)
                WithoutProxy(resource);
        }

        var app = await builder.BuildAsync(cancel);
        try
        {
            await app.StartAsync(cancel);
            foreach (var service in Services)
                await app.ResourceNotifications.WaitForResourceHealthyAsync(service, cancel);

            return new(app.GetEndpoint("gateway", "http"), app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    // Every call would go through one more process, which no deployment has.
    private static void WithoutProxy(IResource service)
    {
        foreach (var endpoint in service.Annotations.OfType<EndpointAnnotation>())
        {
            endpoint.IsProxied = false;
            endpoint.Port = endpoint.TargetPort = FreePort.Next();
        }
    }
}

internal static class FreePort
{
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
