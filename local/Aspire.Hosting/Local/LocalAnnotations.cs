using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>The resource is meant to end, so it is not started again.</summary>
internal sealed class RunsOnceAnnotation : IResourceAnnotation;

/// <summary>The process learns from an environment variable which port to listen on.</summary>
internal sealed class EndpointPortVariableAnnotation(EndpointAnnotation endpoint, string variable) : IResourceAnnotation
{
    public EndpointAnnotation Endpoint { get; } = endpoint;

    public string Variable { get; } = variable;
}

/// <summary>How a resource is asked over HTTP whether it is well.</summary>
internal sealed class HttpHealthAnnotation(EndpointReference endpoint, string path, int expected) : IResourceAnnotation
{
    public EndpointReference Endpoint { get; } = endpoint;

    public string Path { get; } = path;

    public int Expected { get; } = expected;
}

internal static class RelationshipTypes
{
    public const string Reference = "Reference";
    public const string WaitFor = "WaitFor";
    public const string Parent = "Parent";
}
