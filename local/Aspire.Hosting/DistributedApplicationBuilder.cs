using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Describes an application: its resources, and who needs whom.</summary>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly AppHostProject _appHost;

    /// <summary>Describes a new application.</summary>
    /// <param name="args">The command line.</param>
    public DistributedApplicationBuilder(string[] args)
        : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>Describes a new application.</summary>
    /// <param name="options">How it is made.</param>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        EntryPointWatch.Current?.Creating(options, settings);
        _appHost = new AppHostProject(FindAssembly(options), options.ProjectDirectory);
        settings.ApplicationName ??= _appHost.Name;
        // The build output holds the app host's settings, and is there however the app host was started.
        settings.ContentRootPath ??= Directory.Exists(_appHost.Directory) ? _appHost.Directory : AppContext.BaseDirectory;
        _host = new HostApplicationBuilder(settings);
        HostServices.Add(_host, options, _appHost, this);
        EntryPointWatch.Current?.Created(this);
    }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc/>
    public string AppHostDirectory => _appHost.Directory;

    /// <summary>The project file of the app host.</summary>
    public string AppHostPath => _appHost.Path;

    /// <inheritdoc/>
    public Assembly? AppHostAssembly => _appHost.Assembly;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc/>
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc/>
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    /// <inheritdoc/>
    public IResourceCollection Resources { get; } = new ResourceCollection([]);

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);

        return new ResourceBuilder<T>(this, resource);
    }

    /// <inheritdoc/>
    public DistributedApplication Build()
    {
        EntryPointWatch.Current?.Building(this);
        var host = _host.Build();
        EntryPointWatch.Current?.Built(host);
        return new DistributedApplication(host);
    }

    private static Assembly? FindAssembly(DistributedApplicationOptions options) =>
        options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
}
