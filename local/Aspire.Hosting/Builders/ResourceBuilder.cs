using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

internal sealed class ResourceBuilder<T>(IDistributedApplicationBuilder application, T resource) : IResourceBuilder<T>
    where T : IResource
{
    public IDistributedApplicationBuilder ApplicationBuilder => application;

    public T Resource => resource;

    public IResourceBuilder<T> WithAnnotation<TAnnotation>(
        TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation
    {
        ArgumentNullException.ThrowIfNull(annotation);

        if (behavior == ResourceAnnotationMutationBehavior.Replace)
            foreach (var same in resource.Annotations.OfType<TAnnotation>().ToArray()) resource.Annotations.Remove(same);
        resource.Annotations.Add(annotation);
        return this;
    }
}
