namespace Aspire.Hosting.ApplicationModel;

/// <summary>A health check of a resource.</summary>
/// <param name="key">The name under which the check is registered.</param>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The name under which the check is registered.</summary>
    public string Key { get; } = key;
}

/// <summary>What a resource waits for before it starts.</summary>
/// <param name="resource">The other resource.</param>
/// <param name="waitType">What is waited for.</param>
/// <param name="exitCode">The exit code that counts as completion.</param>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What is waited for.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>What to do when the other can't become what is waited for; null is the application's default.</summary>
    public WaitBehavior? WaitBehavior { get; init; }

    /// <summary>The exit code that counts as completion.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>What is waited for.</summary>
public enum WaitType
{
    /// <summary>That it is healthy.</summary>
    WaitUntilHealthy = 0,

    /// <summary>That it has ended.</summary>
    WaitForCompletion = 1,

    /// <summary>That it runs.</summary>
    WaitUntilStarted = 2,
}

/// <summary>What to do when a dependency has ended or failed.</summary>
public enum WaitBehavior
{
    /// <summary>Wait on: it may come back.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>Fail.</summary>
    StopOnResourceUnavailable = 1,
}

/// <summary>A line from one resource to another.</summary>
/// <param name="resource">The other resource.</param>
/// <param name="type">What the line means.</param>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What the line means.</summary>
    public string Type { get; } = type;
}

/// <summary>Which variables a reference brings.</summary>
/// <param name="flags">The kinds.</param>
public sealed class ReferenceEnvironmentInjectionAnnotation(ReferenceEnvironmentInjectionFlags flags) : IResourceAnnotation
{
    /// <summary>The kinds.</summary>
    public ReferenceEnvironmentInjectionFlags Flags { get; } = flags;
}

/// <summary>The kinds of variables that a reference brings.</summary>
[Flags]
public enum ReferenceEnvironmentInjectionFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>ConnectionStrings__name</c>.</summary>
    ConnectionString = 1,

    /// <summary><c>NAME_HOST</c> and the like.</summary>
    ConnectionProperties = 2,

    /// <summary><c>services__name__scheme__0</c>.</summary>
    ServiceDiscovery = 4,

    /// <summary><c>NAME_SCHEME</c>.</summary>
    Endpoints = 8,

    /// <summary>All.</summary>
    All = 15,
}
