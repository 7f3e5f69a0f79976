namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known when the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value; waits until it is known.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>The value for someone; waits until it is known.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        GetValueAsync(cancellationToken);
}

/// <summary>A value that a manifest names by an expression.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The expression.</summary>
    string ValueExpression { get; }
}

/// <summary>A value that is made from others.</summary>
public interface IValueWithReferences
{
    /// <summary>What it is made from.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>A value at run, an expression when published.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;

/// <summary>Who asks for a value.</summary>
public class ValueProviderContext
{
    /// <summary>The kind of run.</summary>
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }

    /// <summary>The resource that the value is for.</summary>
    public IResource? Caller { get; init; }
}
