namespace Aspire.Hosting.ApplicationModel;

/// <summary>The endpoint of a resource, before and after it is known where it is.</summary>
public sealed class EndpointReference : IExpressionValue, IValueWithReferences
{
    private EndpointAnnotation? _annotation;

    /// <summary>The endpoint of a resource.</summary>
    /// <param name="owner">The resource.</param>
    /// <param name="endpoint">The endpoint.</param>
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint)
        : this(owner, endpoint.Name) => _annotation = endpoint;

    /// <summary>The endpoint of a resource.</summary>
    /// <param name="owner">The resource.</param>
    /// <param name="endpointName">The endpoint's name.</param>
    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(endpointName);

        (Resource, EndpointName) = (owner, endpointName);
    }

    /// <summary>The resource.</summary>
    public IResourceWithEndpoints Resource { get; }

    /// <summary>The endpoint's name.</summary>
    public string EndpointName { get; }

    /// <summary>The endpoint.</summary>
    /// <exception cref="InvalidOperationException">There is no such endpoint.</exception>
    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException($"The resource '{Resource.Name}' has no endpoint '{EndpointName}'.");

    /// <summary>Whether there is such an endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether it is known where it is.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Whether the scheme is http.</summary>
    public bool IsHttp => IsScheme("http");

    /// <summary>Whether the scheme is https.</summary>
    public bool IsHttps => IsScheme("https");

    /// <summary>The scheme.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>The host.</summary>
    public string Host => Allocated.Address;

    /// <summary>The public port.</summary>
    public int Port => Allocated.Port;

    /// <summary>The port that the process was told to listen on.</summary>
    public int? TargetPort => EndpointAnnotation.TargetPort;

    /// <summary>The address.</summary>
    public string Url => Allocated.UriString;

    string IManifestExpressionProvider.ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    IEnumerable<object> IValueWithReferences.References => [Resource];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"It is not known yet where the endpoint '{EndpointName}' of '{Resource.Name}' is.");

    /// <summary>A part of the address.</summary>
    /// <param name="property">Which.</param>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <summary>The address; waits until it is known.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    /// <summary>The address; waits until it is known.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        GetValueAsync(cancellationToken);

    private bool IsScheme(string scheme) => string.Equals(Scheme, scheme, StringComparison.OrdinalIgnoreCase);

    private EndpointAnnotation? Find() => _annotation ??= Resource.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(endpoint => string.Equals(endpoint.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}
