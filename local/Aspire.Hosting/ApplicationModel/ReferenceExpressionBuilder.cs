using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Puts a <see cref="ReferenceExpression"/> together piece by piece.</summary>
public class ReferenceExpressionBuilder
{
    private readonly StringBuilder _format;
    private readonly List<IValueProvider> _providers;
    private readonly List<string?> _formats = [];

    /// <summary>An empty one.</summary>
    public ReferenceExpressionBuilder()
        : this(0, 0)
    {
    }

    internal ReferenceExpressionBuilder(int literalLength, int formattedCount)
    {
        _format = new StringBuilder(literalLength + (formattedCount * 3));
        _providers = new List<IValueProvider>(formattedCount);
    }

    /// <summary>Whether nothing was added.</summary>
    public bool IsEmpty => _format.Length == 0;

    /// <summary>Adds an interpolated string.</summary>
    /// <param name="handler">The interpolated string.</param>
    public void Append([InterpolatedStringHandlerArgument("")] in ReferenceExpressionBuilderInterpolatedStringHandler handler)
    {
        // The handler has written into this builder already.
    }

    /// <summary>Adds text.</summary>
    /// <param name="value">The text.</param>
    public void AppendLiteral(string value) =>
        _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

    /// <summary>Adds text.</summary>
    /// <param name="value">The text.</param>
    public void AppendFormatted(string? value) => AppendLiteral(value ?? "");

    /// <summary>Adds text.</summary>
    /// <param name="value">The text.</param>
    /// <param name="format">How it is written.</param>
    public void AppendFormatted(string? value, string? format = null) => AppendLiteral(Write(value, format) ?? "");

    /// <summary>Adds a value.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="valueProvider">The value.</param>
    public void AppendFormatted<T>(T valueProvider)
        where T : IValueProvider, IManifestExpressionProvider => AppendFormatted(valueProvider, null);

    /// <summary>Adds a value.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="valueProvider">The value.</param>
    /// <param name="format">How it is written.</param>
    public void AppendFormatted<T>(T valueProvider, string? format)
        where T : IValueProvider, IManifestExpressionProvider
    {
        _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
        _providers.Add(valueProvider);
        _formats.Add(format);
    }

    /// <summary>The expression as it is now.</summary>
    public ReferenceExpression Build() => new(_format.ToString(), [.. _providers], [.. _formats]);

    internal static string? Write(string? value, string? format) => format?.ToUpperInvariant() switch
    {
        null or "" => value,
        "URI" => value is null ? null : Uri.EscapeDataString(value),
        _ => throw new FormatException($"A value can be written as 'uri', not as '{format}'."),
    };

    /// <summary>What the compiler makes of an interpolated string.</summary>
    /// <param name="literalLength">Characters of text.</param>
    /// <param name="formattedCount">Number of holes.</param>
    /// <param name="builder">Where it goes.</param>
    [InterpolatedStringHandler]
    public ref struct ReferenceExpressionBuilderInterpolatedStringHandler(int literalLength, int formattedCount, ReferenceExpressionBuilder builder)
    {
        private readonly ReferenceExpressionBuilder _parts = Grow(builder, literalLength + (formattedCount * 3));

        /// <summary>Adds text.</summary>
        /// <param name="value">The text.</param>
        public readonly void AppendLiteral(string value) => _parts.AppendLiteral(value);

        /// <summary>Adds text.</summary>
        /// <param name="value">The text.</param>
        public readonly void AppendFormatted(string? value) => _parts.AppendFormatted(value);

        /// <summary>Adds text.</summary>
        /// <param name="value">The text.</param>
        /// <param name="format">How it is written.</param>
        public void AppendFormatted(string? value, string format) => _parts.AppendFormatted(value, format);

        /// <summary>Adds a value.</summary>
        /// <typeparam name="T">Its type.</typeparam>
        /// <param name="valueProvider">The value.</param>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => _parts.AppendFormatted(valueProvider);

        /// <summary>Adds a value.</summary>
        /// <typeparam name="T">Its type.</typeparam>
        /// <param name="valueProvider">The value.</param>
        /// <param name="format">How it is written.</param>
        public void AppendFormatted<T>(T valueProvider, string? format)
            where T : IValueProvider, IManifestExpressionProvider => _parts.AppendFormatted(valueProvider, format);

        private static ReferenceExpressionBuilder Grow(ReferenceExpressionBuilder builder, int by)
        {
            builder._format.EnsureCapacity(builder._format.Length + by);
            return builder;
        }
    }
}
