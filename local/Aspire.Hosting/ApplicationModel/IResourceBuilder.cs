namespace Aspire.Hosting.ApplicationModel;

/// <summary>Describes one resource of the application.</summary>
/// <typeparam name="T">The kind of resource.</typeparam>
public interface IResourceBuilder<out T>
    where T : IResource
{
    /// <summary>The application.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>The resource.</summary>
    T Resource { get; }

    /// <summary>Adds a new annotation.</summary>
    /// <typeparam name="TAnnotation">Its type.</typeparam>
    /// <param name="behavior">What happens to those of the same type.</param>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation, new() => WithAnnotation(new TAnnotation(), behavior);

    /// <summary>Adds an annotation.</summary>
    /// <typeparam name="TAnnotation">Its type.</typeparam>
    /// <param name="annotation">The annotation.</param>
    /// <param name="behavior">What happens to those of the same type.</param>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation;
}
