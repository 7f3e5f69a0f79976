namespace Aspire.Hosting.ApplicationModel;

/// <summary>A server that Aspire runs as a container, and this host as a native process.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="entrypoint">The program in the container.</param>
public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>The program in the container. Not used by this host.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}

/// <summary>A folder that the container keeps outside itself.</summary>
/// <param name="source">The volume's name, or the folder; null is a volume without a name.</param>
/// <param name="target">The folder in the container.</param>
/// <param name="type">Volume or folder.</param>
/// <param name="isReadOnly">Whether the container may not write.</param>
public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    /// <summary>The volume's name, or the folder.</summary>
    public string? Source { get; } = source;

    /// <summary>The folder in the container.</summary>
    public string Target { get; } = target;

    /// <summary>Volume or folder.</summary>
    public ContainerMountType Type { get; } = type;

    /// <summary>Whether the container may not write.</summary>
    public bool IsReadOnly { get; } = isReadOnly;
}

/// <summary>What is mounted.</summary>
public enum ContainerMountType
{
    /// <summary>A folder of this machine.</summary>
    BindMount = 0,

    /// <summary>A volume.</summary>
    Volume = 1,
}
