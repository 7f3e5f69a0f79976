using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>What is known about a resource before it has a state.</summary>
internal static class InitialSnapshot
{
    public static CustomResourceSnapshot Of(IResource resource) => new()
    {
        ResourceType = resource switch
        {
            ProjectResource => "Project",
            ExecutableResource => "Executable",
            ContainerResource => "Container",
            ParameterResource => "Parameter",
            _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
        },
        Properties = [],
        CreationTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime,
        Relationships =
        [
            .. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(line => new RelationshipSnapshot(line.Resource.Name, line.Type)),
            .. resource is IResourceWithParent child ? [new RelationshipSnapshot(child.Parent.Name, RelationshipTypes.Parent)] : Array.Empty<RelationshipSnapshot>(),
        ],
    };
}
