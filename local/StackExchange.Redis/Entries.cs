namespace StackExchange.Redis;

/// <summary>A field of an entry of a stream.</summary>
public readonly struct NameValueEntry : IEquatable<NameValueEntry>
{
    private readonly RedisValue _name;
    private readonly RedisValue _value;

    /// <summary>Creates one.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    public NameValueEntry(RedisValue name, RedisValue value) => (_name, _value) = (name, value);

    /// <summary>The field.</summary>
    public RedisValue Name => _name;

    /// <summary>Its value.</summary>
    public RedisValue Value => _value;

    /// <summary>The pair as one of these.</summary>
    /// <param name="value">The pair.</param>
    public static implicit operator NameValueEntry(
        KeyValuePair<RedisValue, RedisValue> value) => new(value.Key, value.Value);

    /// <summary>The pair.</summary>
    /// <param name="value">Its parts.</param>
    public static implicit operator KeyValuePair<RedisValue, RedisValue>(
        NameValueEntry value) => new(value._name, value._value);

    /// <summary>Whether two are equal.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static bool operator ==(NameValueEntry x, NameValueEntry y) => x.Equals(y);

    /// <summary>Whether two differ.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static bool operator !=(NameValueEntry x, NameValueEntry y) => !x.Equals(y);

    /// <inheritdoc/>
    public bool Equals(NameValueEntry other) => _name == other._name && _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NameValueEntry other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_name, _value);

    /// <summary>Both parts as text.</summary>
    public override string ToString() => $"{_name}: {_value}";
}

/// <summary>A field of a hash.</summary>
public readonly struct HashEntry : IEquatable<HashEntry>
{
    private readonly RedisValue _name;
    private readonly RedisValue _value;

    /// <summary>Creates one.</summary>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    public HashEntry(RedisValue name, RedisValue value) => (_name, _value) = (name, value);

    /// <summary>The field.</summary>
    public RedisValue Name => _name;

    /// <summary>Its value.</summary>
    public RedisValue Value => _value;

    /// <summary>The pair as one of these.</summary>
    /// <param name="value">The pair.</param>
    public static implicit operator HashEntry(
        KeyValuePair<RedisValue, RedisValue> value) => new(value.Key, value.Value);

    /// <summary>The pair.</summary>
    /// <param name="value">Its parts.</param>
    public static implicit operator KeyValuePair<RedisValue, RedisValue>(
        HashEntry value) => new(value._name, value._value);

    /// <summary>Whether two are equal.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static bool operator ==(HashEntry x, HashEntry y) => x.Equals(y);

    /// <summary>Whether two differ.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static bool operator !=(HashEntry x, HashEntry y) => !x.Equals(y);

    /// <inheritdoc/>
    public bool Equals(HashEntry other) => _name == other._name && _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HashEntry other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_name, _value);

    /// <summary>Both parts as text.</summary>
    public override string ToString() => $"{_name}: {_value}";
}

/// <summary>A member of a sorted set.</summary>
public readonly struct SortedSetEntry : IEquatable<SortedSetEntry>
{
    private readonly RedisValue _element;
    private readonly double _score;

    /// <summary>Creates one.</summary>
    /// <param name="element">The member.</param>
    /// <param name="score">Its score.</param>
    public SortedSetEntry(RedisValue element, double score) => (_element, _score) = (element, score);

    /// <summary>The member.</summary>
    public RedisValue Element => _element;

    /// <summary>The member's score.</summary>
    public double Score => _score;

    /// <summary>The pair as one of these.</summary>
    /// <param name="value">The pair.</param>
    public static implicit operator SortedSetEntry(
        KeyValuePair<RedisValue, double> value) => new(value.Key, value.Value);

    /// <summary>The pair.</summary>
    /// <param name="value">Its parts.</param>
    public static implicit operator KeyValuePair<RedisValue, double>(
        SortedSetEntry value) => new(value._element, value._score);

    /// <summary>Whether two are equal.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static bool operator ==(SortedSetEntry x, SortedSetEntry y) => x.Equals(y);

    /// <summary>Whether two differ.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static bool operator !=(SortedSetEntry x, SortedSetEntry y) => !x.Equals(y);

    /// <inheritdoc/>
    public bool Equals(SortedSetEntry other) => _element == other._element && _score.Equals(other._score);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SortedSetEntry other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_element, _score);

    /// <summary>Both parts as text.</summary>
    public override string ToString() => $"{_element}: {_score}";
}
