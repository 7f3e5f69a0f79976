using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Groups resources so that everything stops before what it needs. What is in one group can stop at one time.</summary>
internal static class StopOrder
{
    public static IEnumerable<IReadOnlySet<IResource>> Of(IEnumerable<IResource> resources)
    {
        var depths = new Dictionary<IResource, int>();
        foreach (var resource in resources) DepthOf(resource, depths, []);
        return resources.GroupBy(resource => depths[resource])
            .OrderByDescending(group => group.Key)
            .Select(group => (IReadOnlySet<IResource>)group.ToHashSet());
    }

    private static int DepthOf(IResource resource, Dictionary<IResource, int> depths, HashSet<IResource> path)
    {
        if (depths.TryGetValue(resource, out var known)) return known;
        // Services may refer to each other; a circle has no order.
        if (!path.Add(resource)) return 0;

        var needs = resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(line => line.Resource)
            .Concat(resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource));
        if (resource is IResourceWithParent child) needs = needs.Append(child.Parent);
        var depth = needs.Distinct().Select(one => DepthOf(one, depths, path) + 1).DefaultIfEmpty(0).Max();
        path.Remove(resource);
        return depths[resource] = depth;
    }
}
