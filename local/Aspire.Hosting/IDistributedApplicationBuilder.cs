using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Describes an application: its resources, and who needs whom.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Settings of the app host.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The folder of the app host's project.</summary>
    string AppHostDirectory { get; }

    /// <summary>The app host.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>The environment of the app host.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>The services of the app host.</summary>
    IServiceCollection Services { get; }

    /// <summary>What happens in the application.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>The kind of run.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resources.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource.</summary>
    /// <typeparam name="T">Its kind.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <exception cref="DistributedApplicationException">There is one of this name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>Describes a resource without adding it.</summary>
    /// <typeparam name="T">Its kind.</typeparam>
    /// <param name="resource">The resource.</param>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    /// <summary>The application, not yet started.</summary>
    DistributedApplication Build();
}
