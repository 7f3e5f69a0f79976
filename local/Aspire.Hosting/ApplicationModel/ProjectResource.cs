namespace Aspire.Hosting.ApplicationModel;

/// <summary>A .NET project.</summary>
/// <param name="name">The resource's name.</param>
public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;

/// <summary>Any program.</summary>
public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>Any program.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="command">A path, or a name that is looked up on the path.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    public ExecutableResource(string name, string command, string workingDirectory)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(workingDirectory);

        (Command, WorkingDirectory) = (command, workingDirectory);
    }

    /// <summary>A path, or a name that is looked up on the path.</summary>
    public string Command { get; }

    /// <summary>Where it starts.</summary>
    public string WorkingDirectory { get; }
}

/// <summary>How many processes a project runs as.</summary>
/// <param name="replicas">At least one.</param>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>How many.</summary>
    public int Replicas { get; } = replicas;
}

/// <summary>The launch profile that was asked for.</summary>
/// <param name="launchProfileName">Its name.</param>
public sealed class LaunchProfileAnnotation(string launchProfileName) : IResourceAnnotation
{
    /// <summary>Its name.</summary>
    public string LaunchProfileName { get; } = launchProfileName;
}

/// <summary>No launch profile is used.</summary>
public sealed class ExcludeLaunchProfileAnnotation : IResourceAnnotation;

/// <summary>The resource starts only when it is told to.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;
