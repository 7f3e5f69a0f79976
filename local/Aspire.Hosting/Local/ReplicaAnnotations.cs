using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>The ids under which a resource's replicas are known in notifications and commands.</summary>
internal sealed class ReplicaIdsAnnotation(IReadOnlyList<string> ids) : IResourceAnnotation
{
    public IReadOnlyList<string> Ids { get; } = ids;
}

internal static class ReplicaIds
{
    public static IReadOnlyList<string> Of(IResource resource) =>
        resource.Annotations.OfType<ReplicaIdsAnnotation>().LastOrDefault()?.Ids ?? [resource.Name];

    public static int CountOf(IResource resource) => resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
}
