namespace Aspire.Hosting.ApplicationModel;

/// <summary>Anything an application is made of: a project, a server, a database, a parameter.</summary>
public interface IResource
{
    /// <summary>The name, unique in the application.</summary>
    string Name { get; }

    /// <summary>What is known about the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>A fact about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>A resource that takes arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that can wait for others.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that has no life of its own, such as a parameter.</summary>
public interface IResourceWithoutLifetime : IResource;

/// <summary>A resource that lives inside another.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>What it lives in.</summary>
    IResource Parent { get; }
}

/// <summary>A resource that lives inside another.</summary>
/// <typeparam name="T">The kind of parent.</typeparam>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    IResource IResourceWithParent.Parent => Parent;

    /// <summary>What it lives in.</summary>
    new T Parent { get; }
}
