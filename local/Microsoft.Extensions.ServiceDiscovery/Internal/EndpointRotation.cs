namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>The endpoints of a service, taken in turn.</summary>
internal sealed class EndpointRotation(ServiceEndpointSource source)
{
    private uint _next;

    public ServiceEndpointSource Source { get; } = source;

    public ServiceEndpoint Next()
    {
        var endpoints = Source.Endpoints;
        if (endpoints is [var only])
            return only;

        var turn = Interlocked.Increment(ref _next) - 1;
        return endpoints[(int)(turn % (uint)endpoints.Count)];
    }
}
