using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application that is made of resources.</summary>
/// <param name="host">What runs it.</param>
public class DistributedApplication(IHost host) : IHost, IAsyncDisposable
{
    private readonly IEntryPointWatch? _watch = EntryPointWatch.Current;

    /// <summary>The services of the app host.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>What is known about the resources, and its changes.</summary>
    public ResourceNotificationService ResourceNotifications => host.Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Gives commands to resources.</summary>
    public ResourceCommandService ResourceCommands => host.Services.GetRequiredService<ResourceCommandService>();

    internal IHost Host => host;

    /// <summary>Describes a new application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Describes a new application.</summary>
    /// <param name="args">The command line: settings such as <c>--Parameters:name=value</c>.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    /// <summary>Describes a new application.</summary>
    /// <param name="options">How it is made.</param>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Starts the application and waits until it is told to stop, by Ctrl-C or a signal.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Starts the application and waits until it is told to stop, by Ctrl-C, a signal or cancellation.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public virtual Task RunAsync(CancellationToken cancellationToken = default) =>
        _watch is null ? host.RunAsync(cancellationToken) : _watch.RunAsync(cancellationToken);

    /// <summary>Starts the resources. Does not wait until they run: see <see cref="ResourceNotifications"/>.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Task StartAsync(CancellationToken cancellationToken = default) =>
        _watch is null ? host.StartAsync(cancellationToken) : _watch.StartAsync(cancellationToken);

    /// <summary>Stops the resources, those first that need others.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    /// <summary>Stops what still runs.</summary>
    public virtual void Dispose()
    {
        // Under a test the entry point does not own what it built.
        if (_watch is null) host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what still runs.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (_watch is null) await ((IAsyncDisposable)host).DisposeAsync();
        GC.SuppressFinalize(this);
    }

    Task IHost.StartAsync(CancellationToken cancellationToken) => StartAsync(cancellationToken);

    Task IHost.StopAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);
}
