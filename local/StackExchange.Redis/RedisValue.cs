using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using StackExchange.Redis.Internal;

namespace StackExchange.Redis;

/// <summary>
/// A value in Redis: null, text, bytes or a number. Numbers and their text are equal, as they are to the server.
/// </summary>
[SuppressMessage("Design", "CA1036:Override methods on comparable types", Justification = "The real type has none.")]
public readonly partial struct RedisValue : IEquatable<RedisValue>, IComparable<RedisValue>
{
    private static readonly object IntegerKind = new();
    private static readonly object DoubleKind = new();

    // Null, a string, a byte[] (its range in _bits: start << 32 | length) or one of the two marks above (the number in _bits).
    private readonly object? _object;
    private readonly long _bits;

    /// <summary>Creates a value from text.</summary>
    /// <param name="value">The text.</param>
    public RedisValue(string value) => _object = value;

    private RedisValue(object? kind, long bits) => (_object, _bits) = (kind, bits);

    /// <summary>No value.</summary>
    public static RedisValue Null => default;

    /// <summary>The empty text.</summary>
    public static RedisValue EmptyString { get; } = new("");

    /// <summary>Whether there is no value.</summary>
    public bool IsNull => _object is null;

    /// <summary>Whether there is no value or an empty one.</summary>
    public bool IsNullOrEmpty => _object is null or string { Length: 0 } || (_object is byte[] && RawLength == 0);

    /// <summary>Whether there is a value that is not empty.</summary>
    public bool HasValue => !IsNullOrEmpty;

    /// <summary>Whether the value is held as a whole number; text that looks like one does not count.</summary>
    public bool IsInteger => _object == IntegerKind;

    private int RawLength => (int)_bits;

    private ReadOnlySpan<byte> Raw => ((byte[])_object!).AsSpan((int)(_bits >> 32), RawLength);

    /// <summary>Whether two values are equal.</summary>
    /// <param name="x">One value.</param>
    /// <param name="y">The other.</param>
    public static bool operator ==(RedisValue x, RedisValue y) => x.Equals(y);

    /// <summary>Whether two values differ.</summary>
    /// <param name="x">One value.</param>
    /// <param name="y">The other.</param>
    public static bool operator !=(RedisValue x, RedisValue y) => !x.Equals(y);

    /// <summary>The length of the value in bytes.</summary>
    public long Length() => GetByteCount();

    /// <summary>The length of the value in bytes.</summary>
    public int GetByteCount() => _object switch
    {
        null => 0,
        string text => Encoding.UTF8.GetByteCount(text),
        byte[] => RawLength,
        _ => FormatNumber(stackalloc byte[32]),
    };

    /// <summary>Copies the value's bytes.</summary>
    /// <param name="destination">Where to; must hold <see cref="GetByteCount"/> bytes.</param>
    /// <returns>The number of bytes.</returns>
    public int CopyTo(Span<byte> destination)
    {
        switch (_object)
        {
            case null:
                return 0;
            case string text:
                return Encoding.UTF8.GetBytes(text, destination);
            case byte[]:
                Raw.CopyTo(destination);
                return RawLength;
            default:
                return FormatNumber(destination);
        }
    }

    /// <summary>Whether the value begins with another.</summary>
    /// <param name="value">The beginning.</param>
    public bool StartsWith(RedisValue value) =>
        !IsNull && !value.IsNull && ((byte[])this!).AsSpan().StartsWith((byte[])value!);

    /// <inheritdoc/>
    public bool Equals(RedisValue other)
    {
        var (x, y) = (Simplified(), other.Simplified());
        return (x._object, y._object) switch
        {
            (null, null) => true,
            (null, _) or (_, null) => false,
            (string a, string b) => a == b,
            (byte[], byte[]) => x.Raw.SequenceEqual(y.Raw),
            (string or byte[], string or byte[]) => (string?)x == (string?)y,
            _ when x._object != y._object => false,
            _ when x._object == DoubleKind => x.AsDouble == y.AsDouble,
            _ => x._bits == y._bits,
        };
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RedisValue other ? Equals(other) : obj is null && IsNull;

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var simple = Simplified();
        return simple._object switch
        {
            null => -1,
            string text => text.GetHashCode(StringComparison.Ordinal),
            byte[] => simple.ToString().GetHashCode(StringComparison.Ordinal),
            _ => simple._bits.GetHashCode(),
        };
    }

    /// <inheritdoc/>
    public int CompareTo(RedisValue other)
    {
        var (x, y) = (Simplified(), other.Simplified());
        return (x._object, y._object) switch
        {
            (null, null) => 0,
            (null, _) => -1,
            (_, null) => 1,
            (byte[], byte[]) => x.Raw.SequenceCompareTo(y.Raw),
            (string or byte[], _) or (_, string or byte[]) => string.CompareOrdinal((string?)x, (string?)y),
            _ when x.IsInteger && y.IsInteger => x._bits.CompareTo(y._bits),
            _ => ((double)x).CompareTo((double)y),
        };
    }

    /// <summary>The value as text; empty when there is none.</summary>
    public override string ToString() => (string?)this ?? "";

    /// <summary>The value's bytes are the same, without regard to what they mean: 1 and 01 differ.</summary>
    internal bool HasSameBytes(RedisValue other) => (_object, other._object) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string a, string b) => a == b,
        _ => ((byte[])this!).AsSpan().SequenceEqual((byte[])other!),
    };

    /// <summary>Writes the value as one argument of a command.</summary>
    internal void WriteTo(IBufferWriter<byte> output)
    {
        if (_object is byte[])
        {
            RespWriter.WriteHeader(output, '$', RawLength);
            output.Write(Raw);
        }
        else if (_object is string text)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            RespWriter.WriteHeader(output, '$', length);
            output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
        }
        else
        {
            Span<byte> digits = stackalloc byte[32];
            var length = IsNull ? 0 : FormatNumber(digits);
            RespWriter.WriteHeader(output, '$', length);
            output.Write(digits[..length]);
        }

        output.Write("\r\n"u8);
    }

    private int FormatNumber(Span<byte> destination)
    {
        int length;
        if (IsInteger)
        {
            _bits.TryFormat(destination, out length, default, CultureInfo.InvariantCulture);
        }
        else if (double.IsInfinity(AsDouble))
        {
            (AsDouble > 0 ? "+inf"u8 : "-inf"u8).CopyTo(destination);
            length = 4;
        }
        else
        {
            AsDouble.TryFormat(destination, out length, "G17", CultureInfo.InvariantCulture);
        }

        return length;
    }
}
