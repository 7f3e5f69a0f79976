using System.Globalization;
using System.Text;

namespace StackExchange.Redis.Internal;

internal enum RespKind : byte
{
    Null,
    SimpleString,
    Error,
    Integer,
    BulkString,
    Array,
    NullArray,
}

/// <summary>One reply in the server's words (RESP2).</summary>
internal readonly struct RespValue
{
    private readonly object? _payload;
    private readonly long _integer;

    public RespValue(RespKind kind, object? payload = null, long integer = 0) =>
        (Kind, _payload, _integer) = (kind, payload, integer);

    public RespKind Kind { get; }

    public bool IsNull => Kind is RespKind.Null or RespKind.NullArray;

    /// <summary>The items of a list; empty when it is none.</summary>
    public RespValue[] Items => _payload as RespValue[] ?? [];

    public string Text => _payload is byte[] bytes ? Encoding.UTF8.GetString(bytes)
        : Kind == RespKind.Integer ? _integer.ToString(CultureInfo.InvariantCulture)
        : "";

    public RedisValue AsValue() => Kind switch
    {
        RespKind.Integer => _integer,
        RespKind.Error => throw new RedisServerException(Text),
        RespKind.Array => throw new InvalidCastException("The reply is a list."),
        _ => _payload as byte[],
    };

    public RedisValue[] AsValues() => Array.ConvertAll(Items, item => item.AsValue());

    public long AsInt64() => Kind == RespKind.Integer ? _integer : (long)AsValue();

    /// <summary>1 and OK are yes; 0 and nothing are no.</summary>
    public bool AsBoolean() => Kind == RespKind.Integer ? _integer != 0 : !IsNull;
}
