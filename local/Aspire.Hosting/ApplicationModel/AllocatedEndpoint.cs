namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where an endpoint is.</summary>
public class AllocatedEndpoint
{
    /// <summary>Where an endpoint is.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="address">The host.</param>
    /// <param name="port">The port.</param>
    /// <param name="targetPortExpression">The port that the process listens on.</param>
    public AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);

        (Endpoint, Address, Port, TargetPortExpression) = (endpoint, address, port, targetPortExpression);
    }

    /// <summary>The endpoint.</summary>
    public EndpointAnnotation Endpoint { get; }

    /// <summary>The host.</summary>
    public string Address { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>The port that the process listens on.</summary>
    public string? TargetPortExpression { get; }

    /// <summary>The scheme.</summary>
    public string UriScheme => Endpoint.UriScheme;

    /// <summary>Host and port.</summary>
    public string EndPointString => $"{Address}:{Port}";

    /// <summary>The address.</summary>
    public string UriString => $"{UriScheme}://{EndPointString}";

    /// <summary>The address.</summary>
    public override string ToString() => UriString;
}
