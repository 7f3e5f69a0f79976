using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of an endpoint's address.</summary>
/// <param name="endpointReference">The endpoint.</param>
/// <param name="property">Which part.</param>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IExpressionValue, IValueWithReferences
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpointReference;

    /// <summary>Which part.</summary>
    public EndpointProperty Property { get; } = property;

    /// <inheritdoc/>
    public string ValueExpression =>
        $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{char.ToLowerInvariant(Property.ToString()[0])}{Property.ToString()[1..]}}}";

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <summary>The value; waits until it is known.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var annotation = Endpoint.EndpointAnnotation;
        if (Property == EndpointProperty.Scheme) return annotation.UriScheme;

        var allocated = await annotation.GetAllocatedEndpointAsync(cancellationToken);
        return Property switch
        {
            EndpointProperty.Url => allocated.UriString,
            EndpointProperty.Host => allocated.Address,
            EndpointProperty.IPV4Host when allocated.Address == KnownHostNames.Localhost => "127.0.0.1",
            EndpointProperty.IPV4Host => allocated.Address,
            EndpointProperty.Port => allocated.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.TargetPort => allocated.TargetPortExpression ?? allocated.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.HostAndPort => allocated.EndPointString,
            EndpointProperty.TlsEnabled => annotation.UriScheme is "https" or "rediss" ? bool.TrueString : bool.FalseString,
            _ => throw new InvalidOperationException($"An endpoint has no property '{Property}'."),
        };
    }

    /// <summary>The value; waits until it is known.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        GetValueAsync(cancellationToken);
}

/// <summary>The parts of an endpoint's address.</summary>
public enum EndpointProperty
{
    /// <summary>All of it.</summary>
    Url = 0,

    /// <summary>The host.</summary>
    Host = 1,

    /// <summary>The host as an IPv4 address.</summary>
    IPV4Host = 2,

    /// <summary>The public port.</summary>
    Port = 3,

    /// <summary>The scheme.</summary>
    Scheme = 4,

    /// <summary>The port that the process listens on.</summary>
    TargetPort = 5,

    /// <summary>Host and port.</summary>
    HostAndPort = 6,

    /// <summary>Whether it speaks TLS: <c>True</c> or <c>False</c>.</summary>
    TlsEnabled = 7,
}
