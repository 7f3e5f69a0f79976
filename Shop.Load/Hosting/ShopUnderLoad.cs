using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Hosting.Native;
using Process = System.Diagnostics.Process;

namespace Shop.Load;

/// <summary>
/// The shop that is measured, started for this run: real processes, data that is thrown away, and what only a
/// developer's machine has switched off: the orchestrator's proxies, small quotas, a trace of every request. Telemetry
/// goes to a process that takes it and forgets it.
/// </summary>
internal sealed class ShopUnderLoad : IAsyncDisposable
{
    private static readonly string[] Services = ["users", "orders", "payments", "shipping", "gateway", "shop"];
    private static readonly string[] Passwords =
    [
        "postgres", "redis", "usersdb", "ordersdb", "paymentsdb", "shippingdb",
    ];

    private readonly DistributedApplication? _app;

    private readonly RunningYardstick? _telemetry;
    private readonly string[] _projects;

    private ShopUnderLoad(
        Uri gateway, DistributedApplication? app, RunningYardstick? telemetry, params string[] projects) =>
        (Gateway, _app, _telemetry, _projects) = (gateway, app, telemetry, projects);

    /// <summary>Where customers come in.</summary>
    public Uri Gateway { get; }

    /// <summary>Starts the shop, or takes one that runs on this machine.</summary>
    /// <exception cref="ArgumentException">The address is not of this machine: load goes nowhere else.</exception>
    public static async Task<ShopUnderLoad> StartAsync(string? url, CancellationToken cancel)
    {
        if (url is null)
            return await StartAsync(topology: [], cancel);

        var address = new Uri(url);
        return address.IsLoopback
            ? new(address, app: null, telemetry: null)
            : throw new ArgumentException($"{address} is not on this machine. Load goes to loopback only.");
    }

    /// <summary>The connection string of a database or of Redis of a shop that was started here.</summary>
    public async Task<string> ConnectionAsync(string resource, CancellationToken cancel) =>
        _app is not null && await _app.GetConnectionStringAsync(resource, cancel) is { } connection
            ? connection
            : throw new InvalidOperationException($"{resource} is only known of a shop that was started here.");

    /// <summary>A client with connections of its own, as many as it needs.</summary>
    public HttpClient NewClient() => Clients.To(Gateway);

    /// <summary>
    /// The shop's own processes by name, how many megabytes each has for itself, and how much of the processor's time
    /// it has used. What several share, such as the framework's code, counts once. PostgreSQL and Redis are not here.
    /// </summary>
    public IReadOnlyList<(string Name, double Megabytes, TimeSpan Cpu)> Processes() =>
        [.. _projects.Select(project => (project, Megabytes(ProcessId(project)), Cpu(ProcessId(project))))];

    /// <summary>The same after this time, and the share of a processor core that each took meanwhile.</summary>
    public async Task<IReadOnlyList<(string Name, double Megabytes, double Share)>> RestAsync(
        TimeSpan duration, CancellationToken cancel)
    {
        var before = Processes();
        await Task.Delay(duration, cancel);
        return
        [
            .. Processes().Zip(before, (now, then) =>
                (now.Name, now.Megabytes, 100 * ((now.Cpu - then.Cpu) / duration))),
        ];
    }

    /// <summary>Measures while the processes of these resources get no time.</summary>
    /// <exception cref="LeftOutException">One runs in a container.</exception>
    public async Task<T> WithoutAsync<T>(string[] resources, Func<Task<T>> measure, CancellationToken cancel)
    {
        await using var stalled = await StalledProcesses.StallAsync(
            Array.ConvertAll(resources, ProcessId), cancel);
        return await measure();
    }

    /// <summary>Whether it needs Redis besides PostgreSQL.</summary>
    public bool HasRedis => _app!.Services.GetRequiredService<DistributedApplicationModel>()
        .Resources.Any(resource => resource.Name == "redis");

    /// <summary>Stops a service, or starts it; returns when it has stopped, or is healthy.</summary>
    public async Task CommandAsync(string service, string command, CancellationToken cancel)
    {
        var result = await _app!.ResourceCommands.ExecuteCommandAsync(service, command, cancel);
        if (!result.Success)
            throw new InvalidOperationException($"{command} {service}: {result.Message}");

        if (command == KnownResourceCommands.StartCommand)
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(service, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();

        _telemetry?.Dispose();
    }

    /// <summary>Starts the shop with its modules in as many processes as these arguments of the AppHost say.</summary>
    /// <param name="topology">Arguments of the AppHost.</param>
    /// <param name="cancel">Cancels the start.</param>
    /// <param name="data">Data to keep; without it, data ends with the shop.</param>
    public static async Task<ShopUnderLoad> StartAsync(
        string[] topology, CancellationToken cancel, KeptData? data = null)
    {
        var telemetry = await ServeCommand.StartTelemetrySinkAsync(cancel);
        string[] settings =
        [
            .. topology,
            .. data is null ? [] : (string[])[data.Argument],
            .. Passwords.Select(name =>
                $"--Parameters:{name}-password={data?.Password ?? $"{Guid.CreateVersion7():N}"}"),
            .. from service in Services
               from setting in (string[])
               [
                   "Logging:LogLevel:Default=Warning",
                   "OTEL_TRACES_SAMPLER=parentbased_traceidratio",
                   "OTEL_TRACES_SAMPLER_ARG=0.1",
                   $"OTEL_EXPORTER_OTLP_ENDPOINT={telemetry.Address}",
                   "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
               ]
               select $"--Services:{service}:Settings:{setting}",
            .. ((string[])["User", "Address", "Session", "Cart"])
                .Select(quota => $"--Services:gateway:Settings:RateLimits:{quota}:Quota=1000000000"),
            "--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:00",
            "--Services:payments:Settings:Payments:Bank:Latency=00:00:00",
        ];
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(settings, cancel);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error)
            // A service that has not started yet is no news.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            .AddFilter("Shop.AppHost.Resources", LogLevel.None));
        foreach (var resource in builder.Resources)
        {
            foreach (var volume in resource.Annotations.OfType<ContainerMountAnnotation>().ToArray())
            {
                if (data is null)
                    resource.Annotations.Remove(volume);
            }

            // No deployment has the orchestrator's proxy.
            if (resource is ProjectResource)
                FreePort.GiveTo(resource);
        }

        var app = await builder.BuildAsync(cancel);
        try
        {
            await app.StartAsync(cancel);
            string[] projects = [.. builder.Resources.OfType<ProjectResource>().Select(project => project.Name)];
            foreach (var project in projects)
                await app.ResourceNotifications.WaitForResourceHealthyAsync(project, cancel);

            var gateway = app.GetEndpoint(projects.Single(name => name is "gateway" or "shop"), "http");
            return new(gateway, app, telemetry, projects);
        }
        catch
        {
            telemetry.Dispose();
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The process of a service, or of a server without a container.</summary>
    public int ProcessId(string resource) =>
        _app!.ResourceNotifications.TryGetCurrentState(resource, out var state)
        && state.Snapshot.ProcessId() is { } id
            ? id
            : throw new LeftOutException($"{resource} is no process of this machine.");

    private static TimeSpan Cpu(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    private static double Megabytes(int processId)
    {
        const double kilo = 1024;
        var shares = $"/proc/{processId}/smaps_rollup";
        if (!File.Exists(shares))
        {
            using var process = Process.GetProcessById(processId);
            return process.WorkingSet64 / kilo / kilo;
        }

        var share = File.ReadLines(shares).Single(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return double.Parse(share.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
            / kilo;
    }
}
