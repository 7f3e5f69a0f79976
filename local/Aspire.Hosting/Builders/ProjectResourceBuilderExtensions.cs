using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects to the application.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that the app host refers to. Endpoints and environment come from its launch profile.</summary>
    /// <typeparam name="TProject">The project's class in the namespace <c>Projects</c>.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name, by which other resources find it.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, [ResourceName] string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <summary>Adds a project that the app host refers to.</summary>
    /// <typeparam name="TProject">The project's class in the namespace <c>Projects</c>.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name, by which other resources find it.</param>
    /// <param name="launchProfileName">The launch profile; null is none.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, options =>
        {
            options.ExcludeLaunchProfile = launchProfileName is null;
            options.LaunchProfileName = launchProfileName;
        });

    /// <summary>Adds a project that the app host refers to.</summary>
    /// <typeparam name="TProject">The project's class in the namespace <c>Projects</c>.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name, by which other resources find it.</param>
    /// <param name="configure">Says what to take from the launch profile.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);

        var options = new ProjectResourceOptions();
        configure(options);
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation<IProjectMetadata>(new TProject());
        if (options.ExcludeLaunchProfile) project.WithAnnotation<ExcludeLaunchProfileAnnotation>();
        else if (options.LaunchProfileName is { } chosen) project.WithAnnotation(new LaunchProfileAnnotation(chosen));

        var profile = LaunchProfiles.Choose(project.Resource, builder.Configuration);
        AddEndpoints(project, profile?.Profile);
        return project.WithEnvironment(context => ProjectDefaults.Add(context, builder.Environment, profile));
    }

    /// <summary>Runs the project as several processes behind one address.</summary>
    /// <param name="builder">The project.</param>
    /// <param name="replicas">How many; at least one.</param>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);

        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static void AddEndpoints(IResourceBuilder<ProjectResource> project, LaunchProfile? profile)
    {
        var ofScheme = new Dictionary<string, int>();
        foreach (var text in profile?.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var address = new Uri(text.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal));
            var number = ofScheme[address.Scheme] = ofScheme.GetValueOrDefault(address.Scheme) + 1;
            project.WithAnnotation(new EndpointAnnotation(
                ProtocolType.Tcp, address.Scheme, name: number == 1 ? address.Scheme : $"{address.Scheme}{number}", port: address.Port));
        }
    }
}

/// <summary>What is taken from a project's launch settings.</summary>
public class ProjectResourceOptions
{
    /// <summary>The launch profile; by default that of the app host if the project has it, else its first.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether no launch profile is used.</summary>
    public bool ExcludeLaunchProfile { get; set; }
}
