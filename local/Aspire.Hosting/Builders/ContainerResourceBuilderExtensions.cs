using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Describes containers.</summary>
public static class ContainerResourceBuilderExtensions
{
    /// <summary>Keeps a folder of the container in a volume.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">The volume's name; null is a volume without a name.</param>
    /// <param name="target">The folder in the container.</param>
    /// <param name="isReadOnly">Whether the container may not write.</param>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(target);

        return builder.WithAnnotation(new ContainerMountAnnotation(name, target, ContainerMountType.Volume, isReadOnly));
    }
}
