namespace Aspire.Hosting.ApplicationModel;

/// <summary>A connection string that another resource is given.</summary>
/// <param name="resource">What to connect to.</param>
/// <param name="optional">Whether it may be missing.</param>
public class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IExpressionValue, IValueWithReferences
{
    /// <summary>What to connect to.</summary>
    public IResourceWithConnectionString Resource { get; } = resource;

    /// <summary>Whether it may be missing.</summary>
    public bool Optional { get; } = optional;

    string IManifestExpressionProvider.ValueExpression => Resource.ValueExpression;

    IEnumerable<object> IValueWithReferences.References => [Resource];

    async ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Resource.GetConnectionStringAsync(cancellationToken);
        if (string.IsNullOrEmpty(value) && !Optional)
            throw new DistributedApplicationException($"The connection string of '{Resource.Name}' is not known.");
        return value;
    }

    ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken) =>
        ((IValueProvider)this).GetValueAsync(cancellationToken);
}
