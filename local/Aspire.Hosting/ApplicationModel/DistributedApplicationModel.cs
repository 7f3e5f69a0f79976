namespace Aspire.Hosting.ApplicationModel;

/// <summary>All resources of an application.</summary>
/// <param name="resources">The resources.</param>
public class DistributedApplicationModel(IResourceCollection resources)
{
    /// <summary>All resources of an application.</summary>
    /// <param name="resources">The resources.</param>
    public DistributedApplicationModel(IEnumerable<IResource> resources)
        : this(new ResourceCollection(resources))
    {
    }

    /// <summary>The resources.</summary>
    public IResourceCollection Resources { get; } = resources;
}
