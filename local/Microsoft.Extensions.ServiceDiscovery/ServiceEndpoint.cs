using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>One place at which a service answers.</summary>
public abstract class ServiceEndpoint
{
    /// <summary>The address: a <see cref="UriEndPoint"/> where it was given with a scheme.</summary>
    public abstract EndPoint EndPoint { get; }

    /// <summary>What else is known of the endpoint.</summary>
    public abstract IFeatureCollection Features { get; }
}
