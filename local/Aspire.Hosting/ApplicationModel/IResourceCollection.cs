using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resources of an application, in the order in which they were added.</summary>
public interface IResourceCollection : IList<IResource>
{
    /// <summary>Finds a resource.</summary>
    /// <param name="name">The name, whatever the case.</param>
    /// <param name="resource">The resource.</param>
    bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource);
}

internal sealed class ResourceCollection(IEnumerable<IResource> resources) : Collection<IResource>([.. resources]), IResourceCollection
{
    public bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource)
    {
        resource = this.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase));
        return resource is not null;
    }

    protected override void InsertItem(int index, IResource item)
    {
        if (TryGetByName(item.Name, out _))
            throw new DistributedApplicationException($"There are two resources named '{item.Name}'.");
        base.InsertItem(index, item);
    }
}
