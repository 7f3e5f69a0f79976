using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace StackExchange.Redis;

public readonly partial struct RedisValue
{
    private double AsDouble => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>A value from text.</summary>
    /// <param name="value">The text; null gives <see cref="Null"/>.</param>
    public static implicit operator RedisValue(string? value) => new(value, 0);

    /// <summary>A value from bytes, which are not copied.</summary>
    /// <param name="value">The bytes; null gives <see cref="Null"/>.</param>
    public static implicit operator RedisValue(byte[]? value) => new(value, value?.Length ?? 0);

    /// <summary>A value from bytes, which are not copied where they lie in an array.</summary>
    /// <param name="value">The bytes.</param>
    public static implicit operator RedisValue(ReadOnlyMemory<byte> value) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(value, out var part) && part.Array is not null
            ? new RedisValue(part.Array, ((long)part.Offset << 32) | (uint)part.Count)
            : (RedisValue)value.ToArray();

    /// <summary>A value from bytes, which are not copied where they lie in an array.</summary>
    /// <param name="value">The bytes.</param>
    public static implicit operator RedisValue(Memory<byte> value) => (ReadOnlyMemory<byte>)value;

    /// <summary>A value from a number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator RedisValue(int value) => new(IntegerKind, value);

    /// <summary>A value from a number.</summary>
    /// <param name="value">The number; null gives <see cref="Null"/>.</param>
    public static implicit operator RedisValue(int? value) => value is { } number ? number : Null;

    /// <summary>A value from a number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator RedisValue(long value) => new(IntegerKind, value);

    /// <summary>A value from a number.</summary>
    /// <param name="value">The number; null gives <see cref="Null"/>.</param>
    public static implicit operator RedisValue(long? value) => value is { } number ? number : Null;

    /// <summary>A value from a number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator RedisValue(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1L << 53
            ? new RedisValue(IntegerKind, (long)value)
            : new RedisValue(DoubleKind, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A value from a number.</summary>
    /// <param name="value">The number; null gives <see cref="Null"/>.</param>
    public static implicit operator RedisValue(double? value) => value is { } number ? number : Null;

    /// <summary>A value from a truth value: 1 or 0.</summary>
    /// <param name="value">The truth value.</param>
    public static implicit operator RedisValue(bool value) => value ? 1 : 0;

    /// <summary>A value from a truth value: 1 or 0.</summary>
    /// <param name="value">The truth value; null gives <see cref="Null"/>.</param>
    public static implicit operator RedisValue(bool? value) => value is { } known ? known : Null;

    /// <summary>The value as text (UTF-8); null when there is none.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator string?(RedisValue value) => value._object switch
    {
        null => null,
        string text => text,
        byte[] => Encoding.UTF8.GetString(value.Raw),
        _ => Encoding.ASCII.GetString((byte[])value!),
    };

    /// <summary>The value's bytes, possibly shared; null when there is none.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator byte[]?(RedisValue value)
    {
        if (value.IsNull)
        {
            return null;
        }

        if (value._object is byte[] whole && value._bits == whole.Length)
        {
            return whole;
        }

        var copy = new byte[value.GetByteCount()];
        value.CopyTo(copy);
        return copy;
    }

    /// <summary>The value's bytes, possibly shared; empty when there is none.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator ReadOnlyMemory<byte>(RedisValue value) => value._object is byte[] bytes
        ? bytes.AsMemory((int)(value._bits >> 32), value.RawLength)
        : (byte[]?)value;

    /// <summary>The value as a number; none is 0.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidCastException">It is not a whole number.</exception>
    public static explicit operator long(RedisValue value)
    {
        var simple = value.Simplified();
        return simple.IsNull ? 0
            : simple.IsInteger ? simple._bits
            : throw new InvalidCastException($"The value of {value.GetByteCount()} bytes is not a whole number.");
    }

    /// <summary>The value as a number; null when there is none.</summary>
    /// <param name="value">The value.</param>
    public static explicit operator long?(RedisValue value) => value.IsNull ? null : (long)value;

    /// <summary>The value as a number; none is 0.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="OverflowException">It is too great.</exception>
    public static explicit operator int(RedisValue value) => checked((int)(long)value);

    /// <summary>The value as a number; null when there is none.</summary>
    /// <param name="value">The value.</param>
    public static explicit operator int?(RedisValue value) => value.IsNull ? null : (int)value;

    /// <summary>The value as a number; none is 0.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidCastException">It is not a number.</exception>
    public static explicit operator double(RedisValue value) => value.TryParse(out double number)
        ? number
        : throw new InvalidCastException($"The value of {value.GetByteCount()} bytes is not a number.");

    /// <summary>The value as a number; null when there is none.</summary>
    /// <param name="value">The value.</param>
    public static explicit operator double?(RedisValue value) => value.IsNull ? null : (double)value;

    /// <summary>The value as a truth value: 1 or 0; none is false.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidCastException">It is neither.</exception>
    public static explicit operator bool(RedisValue value) => (long)value switch
    {
        0 => false,
        1 => true,
        _ => throw new InvalidCastException("The value is neither 0 nor 1."),
    };

    /// <summary>The value as a truth value; null when there is none.</summary>
    /// <param name="value">The value.</param>
    public static explicit operator bool?(RedisValue value) => value.IsNull ? null : (bool)value;

    /// <summary>Reads the value as a number; none is 0.</summary>
    /// <param name="val">The number.</param>
    /// <returns>False when it is not a whole number.</returns>
    public bool TryParse(out long val)
    {
        var simple = Simplified();
        val = simple.IsInteger ? simple._bits : 0;
        return simple.IsInteger || IsNull;
    }

    /// <summary>Reads the value as a number; none is 0.</summary>
    /// <param name="val">The number.</param>
    /// <returns>False when it is not a whole number of this size.</returns>
    public bool TryParse(out int val)
    {
        var fits = TryParse(out long number) && number == (int)number;
        val = fits ? (int)number : 0;
        return fits;
    }

    /// <summary>Reads the value as a number; none is 0.</summary>
    /// <param name="val">The number.</param>
    /// <returns>False when it is not a number.</returns>
    public bool TryParse(out double val)
    {
        var simple = Simplified();
        val = simple.IsInteger ? simple._bits : simple._object == DoubleKind ? simple.AsDouble : 0;
        return simple._object is not (string or byte[]) || TryParseInfinity(simple.ToString(), out val);
    }

    // Text that is a number becomes that number, so that values compare as they do on the server.
    private RedisValue Simplified()
    {
        switch (_object)
        {
            case string { Length: > 0 and < 32 } text when CanBeginNumber(text[0]):
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
                    : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                        && double.IsFinite(real) ? real
                    : this;
            case byte[] when RawLength is > 0 and < 32 && CanBeginNumber((char)Raw[0]):
                return Utf8Parser.TryParse(Raw, out long digits, out var used) && used == RawLength ? digits
                    : Utf8Parser.TryParse(Raw, out double point, out used) && used == RawLength
                        && double.IsFinite(point) ? point
                    : this;
            default:
                return this;
        }
    }

    private static bool CanBeginNumber(char first) => char.IsAsciiDigit(first) || first is '-' or '+' or '.';

    private static bool TryParseInfinity(string text, out double value)
    {
        value = text switch
        {
            "inf" or "+inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" or "-nan" => double.NaN,
            _ => 0,
        };
        return value != 0;
    }
}
