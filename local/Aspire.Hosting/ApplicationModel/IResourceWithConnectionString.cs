namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that others connect to by a connection string.</summary>
public interface IResourceWithConnectionString : IExpressionValue, IValueWithReferences, IResource
{
    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];

    /// <summary>The environment variable to use in place of <c>ConnectionStrings__name</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    /// <summary>What the connection string is made of.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

    ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken) =>
        GetConnectionStringAsync(cancellationToken);

    /// <summary>The parts of the connection, for those who can't read a connection string.</summary>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];

    /// <summary>The connection string; waits until it is known.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);
}
