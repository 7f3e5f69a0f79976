namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource with a name and annotations.</summary>
public abstract class Resource : IResource
{
    /// <summary>A resource with this name.</summary>
    /// <param name="name">Letters, digits and hyphens; unique in the application, whatever the case.</param>
    /// <exception cref="ArgumentException">The name breaks the rule.</exception>
    protected Resource(string name)
    {
        ResourceName.Validate(name);
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}
