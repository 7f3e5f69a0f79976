using System.Globalization;
using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with values in it that are known only when the application runs.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    /// <summary>The empty text.</summary>
    public static readonly ReferenceExpression Empty = new("", [], []);

    internal ReferenceExpression(string format, IReadOnlyList<IValueProvider> providers, IReadOnlyList<string?> formats) =>
        (Format, ValueProviders, StringFormats) = (format, providers, formats);

    /// <summary>The text with a numbered hole for each value.</summary>
    public string Format { get; }

    /// <summary>The values.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>How each value is written; <c>uri</c> is URL-encoded.</summary>
    public IReadOnlyList<string?> StringFormats { get; }

    /// <summary>The values' expressions.</summary>
    public IReadOnlyList<string> ManifestExpressions =>
        [.. ValueProviders.Select(provider => ((IManifestExpressionProvider)provider).ValueExpression)];

    /// <inheritdoc/>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>Takes an interpolated string.</summary>
    /// <param name="handler">The interpolated string.</param>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Parts.Build();

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) =>
        GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        var values = new object?[ValueProviders.Count];
        for (var index = 0; index < values.Length; index++)
        {
            var value = await ValueProviders[index].GetValueAsync(context, cancellationToken);
            values[index] = ReferenceExpressionBuilder.Write(value, StringFormats[index]);
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>What the compiler makes of an interpolated string.</summary>
    /// <param name="literalLength">Characters of text.</param>
    /// <param name="formattedCount">Number of holes.</param>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        internal ReferenceExpressionBuilder Parts { get; } = new(literalLength, formattedCount);

        /// <summary>Adds text.</summary>
        /// <param name="value">The text.</param>
        public readonly void AppendLiteral(string value) => Parts.AppendLiteral(value);

        /// <summary>Adds text.</summary>
        /// <param name="value">The text.</param>
        public readonly void AppendFormatted(string? value) => Parts.AppendFormatted(value);

        /// <summary>Adds text.</summary>
        /// <param name="value">The text.</param>
        /// <param name="format">How it is written.</param>
        public readonly void AppendFormatted(string? value, string? format = null) => Parts.AppendFormatted(value, format);

        /// <summary>Adds a value.</summary>
        /// <typeparam name="T">Its type.</typeparam>
        /// <param name="valueProvider">The value.</param>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => Parts.AppendFormatted(valueProvider);

        /// <summary>Adds a value.</summary>
        /// <typeparam name="T">Its type.</typeparam>
        /// <param name="valueProvider">The value.</param>
        /// <param name="format">How it is written.</param>
        public void AppendFormatted<T>(T valueProvider, string? format = null)
            where T : IValueProvider, IManifestExpressionProvider => Parts.AppendFormatted(valueProvider, format);

        /// <summary>Adds a resource's value.</summary>
        /// <typeparam name="T">The kind of resource.</typeparam>
        /// <param name="valueProvider">The resource.</param>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => Parts.AppendFormatted(valueProvider.Resource);

        /// <summary>Adds a resource's value.</summary>
        /// <typeparam name="T">The kind of resource.</typeparam>
        /// <param name="valueProvider">The resource.</param>
        /// <param name="format">How it is written.</param>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider => Parts.AppendFormatted(valueProvider.Resource, format);
    }
}
