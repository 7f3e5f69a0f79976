namespace StackExchange.Redis;

/// <summary>A channel to publish to or subscribe to: a name, or a pattern of names.</summary>
public readonly struct RedisChannel : IEquatable<RedisChannel>
{
    private readonly RedisValue _value;

    /// <summary>Creates a channel from text.</summary>
    /// <param name="value">The name or pattern.</param>
    /// <param name="mode">Which of the two it is.</param>
    public RedisChannel(string value, PatternMode mode)
        : this((RedisValue)value, mode)
    {
    }

    /// <summary>Creates a channel from bytes.</summary>
    /// <param name="value">The name or pattern.</param>
    /// <param name="mode">Which of the two it is.</param>
    public RedisChannel(byte[]? value, PatternMode mode)
        : this((RedisValue)value, mode)
    {
    }

    internal RedisChannel(RedisValue value, PatternMode mode)
    {
        _value = value;
        IsPattern = mode == PatternMode.Pattern
            || (mode == PatternMode.Auto && value.ToString().Contains('*', StringComparison.Ordinal));
    }

    /// <summary>Whether the text of a channel is a name or a pattern.</summary>
    public enum PatternMode
    {
        /// <summary>A pattern when it holds a star.</summary>
        Auto = 0,

        /// <summary>A name.</summary>
        Literal = 1,

        /// <summary>A pattern.</summary>
        Pattern = 2,
    }

    /// <summary>Whether this is a pattern.</summary>
    public bool IsPattern { get; }

    /// <summary>Whether there is no name.</summary>
    public bool IsNullOrEmpty => _value.IsNullOrEmpty;

    /// <summary>The name as text.</summary>
    /// <param name="key">The channel.</param>
    public static implicit operator string?(RedisChannel key) => key._value;

    /// <summary>The name as bytes.</summary>
    /// <param name="key">The channel.</param>
    public static implicit operator byte[]?(RedisChannel key) => key._value;

    /// <summary>Whether two channels are the same.</summary>
    /// <param name="x">One channel.</param>
    /// <param name="y">The other.</param>
    public static bool operator ==(RedisChannel x, RedisChannel y) => x.Equals(y);

    /// <summary>Whether two channels differ.</summary>
    /// <param name="x">One channel.</param>
    /// <param name="y">The other.</param>
    public static bool operator !=(RedisChannel x, RedisChannel y) => !x.Equals(y);

    /// <summary>A channel by its name.</summary>
    /// <param name="value">The name.</param>
    public static RedisChannel Literal(string value) => new(value, PatternMode.Literal);

    /// <summary>A channel by its name.</summary>
    /// <param name="value">The name.</param>
    public static RedisChannel Literal(byte[] value) => new(value, PatternMode.Literal);

    /// <summary>All channels whose names match.</summary>
    /// <param name="value">The pattern.</param>
    public static RedisChannel Pattern(string value) => new(value, PatternMode.Pattern);

    /// <summary>All channels whose names match.</summary>
    /// <param name="value">The pattern.</param>
    public static RedisChannel Pattern(byte[] value) => new(value, PatternMode.Pattern);

    /// <inheritdoc/>
    public bool Equals(RedisChannel other) => IsPattern == other.IsPattern && _value.HasSameBytes(other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RedisChannel other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsPattern, _value.ToString());

    /// <summary>The name as text.</summary>
    public override string ToString() => (string?)_value ?? "(null)";

    /// <summary>The name as an argument of a command.</summary>
    /// <exception cref="ArgumentException">The channel has no name.</exception>
    internal RedisValue AsArgument() =>
        _value.IsNullOrEmpty ? throw new ArgumentException("A null channel is not valid in this context.") : _value;
}
