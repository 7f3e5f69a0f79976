using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis.Internal;

namespace StackExchange.Redis;

/// <summary>A reply of any shape, from a script or a command given by name.</summary>
public abstract class RedisResult
{
    /// <summary>The kind of the reply.</summary>
    public ResultType Resp2Type => Kind;

    /// <summary>Whether the reply is no value.</summary>
    public abstract bool IsNull { get; }

    /// <summary>The number of items; -1 when the reply is not a list.</summary>
    public virtual int Length => -1;

    private protected abstract ResultType Kind { get; }

    private protected abstract RedisValue Value { get; }

    private protected abstract RedisResult[]? Items { get; }

    /// <summary>An item of a list.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such item, or the reply is not a list.</exception>
    [SuppressMessage("Usage", "CA2201", Justification = "What the real type throws.")]
    public virtual RedisResult this[int index] => throw new IndexOutOfRangeException();

    /// <summary>The reply as text.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator string?(RedisResult? result) => result?.Value;

    /// <summary>The reply as bytes.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator byte[]?(RedisResult? result) => result?.Value;

    /// <summary>The reply as a number; none is 0.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator int(RedisResult result) => (int)result.Value;

    /// <summary>The reply as a number.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator int?(RedisResult? result) => (int?)(result?.Value ?? RedisValue.Null);

    /// <summary>The reply as a number; none is 0.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator long(RedisResult result) => (long)result.Value;

    /// <summary>The reply as a number.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator long?(RedisResult? result) => (long?)(result?.Value ?? RedisValue.Null);

    /// <summary>The reply as a number; none is 0.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator double(RedisResult result) => (double)result.Value;

    /// <summary>The reply as a number.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator double?(RedisResult? result) => (double?)(result?.Value ?? RedisValue.Null);

    /// <summary>The reply as a truth value: 1 or 0.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator bool(RedisResult result) => (bool)result.Value;

    /// <summary>The reply as a truth value.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator bool?(RedisResult? result) => (bool?)(result?.Value ?? RedisValue.Null);

    /// <summary>The reply as a value.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator RedisValue(RedisResult? result) => result?.Value ?? RedisValue.Null;

    /// <summary>The reply as a key.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator RedisKey(RedisResult? result) => (byte[]?)result?.Value;

    /// <summary>The items of a list.</summary>
    /// <param name="result">The reply.</param>
    /// <exception cref="InvalidCastException">The reply is not a list.</exception>
    public static explicit operator RedisResult[]?(RedisResult? result) =>
        result is null or { IsNull: true } ? null : result.Items ?? throw new InvalidCastException();

    /// <summary>The items of a list as values.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator RedisValue[]?(RedisResult? result) => Convert(result, item => item.Value);

    /// <summary>The items of a list as keys.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator RedisKey[]?(RedisResult? result) => Convert(result, item => (RedisKey)item);

    /// <summary>The items of a list as text.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator string?[]?(RedisResult? result) => Convert(result, item => (string?)item);

    /// <summary>The items of a list as numbers.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator int[]?(RedisResult? result) => Convert(result, item => (int)item);

    /// <summary>The items of a list as numbers.</summary>
    /// <param name="result">The reply.</param>
    public static explicit operator long[]?(RedisResult? result) => Convert(result, item => (long)item);

    /// <summary>Makes a reply, for tests.</summary>
    /// <param name="value">The value.</param>
    /// <param name="resultType">Its kind; found from the value when null.</param>
    public static RedisResult Create(RedisValue value, ResultType? resultType = null) => new Single(
        value,
        value.IsNull ? ResultType.Null : resultType ?? (value.IsInteger ? ResultType.Integer : ResultType.BulkString));

    /// <summary>Makes a list, for tests.</summary>
    /// <param name="values">The items.</param>
    public static RedisResult Create(RedisResult[] values) => new List(values);

    /// <summary>Makes a list, for tests.</summary>
    /// <param name="values">The items.</param>
    public static RedisResult Create(RedisValue[] values) => new List(Array.ConvertAll(values, item => Create(item)));

    /// <summary>The reply as text.</summary>
    /// <param name="type">The format of the text; always null with this protocol.</param>
    public abstract string? ToString(out string? type);

    /// <summary>The reply as text; a list says only how long it is.</summary>
    public sealed override string ToString() => ToString(out _) ?? "";

    internal static RedisResult From(RespValue reply) => reply.Kind switch
    {
        RespKind.Array => new List(Array.ConvertAll(reply.Items, From)),
        RespKind.NullArray => new List(null),
        RespKind.Error => new Error(reply.Text),
        RespKind.SimpleString => new Single(reply.AsValue(), ResultType.SimpleString),
        _ => Create(reply.AsValue()),
    };

    private static T[]? Convert<T>(RedisResult? result, Converter<RedisResult, T> convert) =>
        result is null or { IsNull: true } ? null
        : result.Items is { } items ? Array.ConvertAll(items, convert)
        : [convert(result)];

    private sealed class Single(RedisValue value, ResultType kind) : RedisResult
    {
        public override bool IsNull => value.IsNull;

        private protected override ResultType Kind => IsNull ? ResultType.BulkString : kind;

        private protected override RedisValue Value => value;

        private protected override RedisResult[]? Items => null;

        public override string? ToString(out string? type)
        {
            type = null;
            return value;
        }
    }

    private sealed class List(RedisResult[]? items) : RedisResult
    {
        public override bool IsNull => items is null;

        public override int Length => items?.Length ?? -1;

        private protected override ResultType Kind => ResultType.Array;

        private protected override RedisValue Value => items is [var only] ? only.Value : throw new InvalidCastException(
            );

        private protected override RedisResult[]? Items => items;

        public override RedisResult this[int index] => items![index];

        public override string? ToString(out string? type)
        {
            type = null;
            return items is null ? "(nil)" : $"{items.Length} element(s)";
        }
    }

    private sealed class Error(string message) : RedisResult
    {
        public override bool IsNull => false;

        private protected override ResultType Kind => ResultType.Error;

        private protected override RedisValue Value => throw new RedisServerException(message);

        private protected override RedisResult[]? Items => throw new RedisServerException(message);

        public override string? ToString(out string? type)
        {
            type = null;
            return message;
        }
    }
}
