namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value from outside the application.</summary>
public class ParameterResource : Resource, IExpressionValue
{
    private readonly Lazy<string> _value;

    /// <summary>A value from outside the application.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="callback">Finds the value; is given the default.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);

        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    /// <summary>Whether it must not be shown.</summary>
    public bool Secret { get; }

    /// <summary>Where the value comes from when none is given.</summary>
    public ParameterDefault? Default { get; set; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <summary>The value.</summary>
    /// <param name="cancellationToken">Not used: the value is known or missing.</param>
    /// <exception cref="MissingParameterValueException">There is no value.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(_value.Value);

    /// <summary>The value.</summary>
    /// <param name="_">Who asks.</param>
    /// <param name="cancellationToken">Not used: the value is known or missing.</param>
    /// <exception cref="MissingParameterValueException">There is no value.</exception>
#pragma warning disable CA1725 // The real package names the parameter so.
    public ValueTask<string?> GetValueAsync(ValueProviderContext _, CancellationToken cancellationToken) => GetValueAsync(cancellationToken);
#pragma warning restore CA1725
}

/// <summary>Where a parameter's value comes from when none is given.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value.</summary>
    public abstract string GetDefaultValue();
}
