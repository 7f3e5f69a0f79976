namespace StackExchange.Redis;

/// <summary>The name of something in Redis: text or bytes.</summary>
public readonly struct RedisKey : IEquatable<RedisKey>
{
    private readonly RedisValue _value;

    /// <summary>Creates a key.</summary>
    /// <param name="key">Its text.</param>
    public RedisKey(string? key) => _value = key;

    private RedisKey(RedisValue value) => _value = value;

    /// <summary>A key from text.</summary>
    /// <param name="key">The text.</param>
    public static implicit operator RedisKey(string? key) => new(key);

    /// <summary>A key from bytes.</summary>
    /// <param name="key">The bytes.</param>
    public static implicit operator RedisKey(byte[]? key) => new((RedisValue)key);

    /// <summary>The key as text.</summary>
    /// <param name="key">The key.</param>
    public static implicit operator string?(RedisKey key) => key._value;

    /// <summary>The key's bytes.</summary>
    /// <param name="key">The key.</param>
    public static implicit operator byte[]?(RedisKey key) => key._value;

    /// <summary>Whether two keys are the same.</summary>
    /// <param name="x">One key.</param>
    /// <param name="y">The other.</param>
    public static bool operator ==(RedisKey x, RedisKey y) => x.Equals(y);

    /// <summary>Whether two keys differ.</summary>
    /// <param name="x">One key.</param>
    /// <param name="y">The other.</param>
    public static bool operator !=(RedisKey x, RedisKey y) => !x.Equals(y);

    /// <summary>A key with another put before it.</summary>
    /// <param name="prefix">The beginning.</param>
    public RedisKey Prepend(RedisKey prefix) => new((string?)prefix + (string?)this);

    /// <summary>A key with another put after it.</summary>
    /// <param name="suffix">The end.</param>
    public RedisKey Append(RedisKey suffix) => new((string?)this + (string?)suffix);

    /// <inheritdoc/>
    public bool Equals(RedisKey other) => _value.HasSameBytes(other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RedisKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The key as text.</summary>
    public override string ToString() => (string?)_value ?? "(null)";

    /// <summary>The key as an argument of a command.</summary>
    /// <exception cref="ArgumentException">The key is null.</exception>
    internal RedisValue AsArgument() =>
        _value.IsNull ? throw new ArgumentException("A null key is not valid in this context.") : _value;
}
