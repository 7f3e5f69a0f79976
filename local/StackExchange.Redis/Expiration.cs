using System.Diagnostics.CodeAnalysis;

namespace StackExchange.Redis;

/// <summary>When a value expires: never, after a time, at a time, or as before.</summary>
[SuppressMessage("Usage", "CA2231", Justification = "The real type has no operators.")]
public readonly struct Expiration
{
    private readonly string? _word;
    private readonly long _milliseconds;

    /// <summary>Expires after a time.</summary>
    /// <param name="ttl">The time; <see cref="TimeSpan.MaxValue"/> is never.</param>
    public Expiration(TimeSpan ttl) =>
        (_word, _milliseconds) = ttl == TimeSpan.MaxValue ? (null, 0) : ("PX", (long)ttl.TotalMilliseconds);

    /// <summary>Expires at a time.</summary>
    /// <param name="when">The time, of a stated kind; <see cref="DateTime.MaxValue"/> is never.</param>
    /// <exception cref="ArgumentException">The time does not say whether it is local or UTC.</exception>
    public Expiration(DateTime when) =>
        (_word, _milliseconds) = when == DateTime.MaxValue ? (null, 0) : ("PXAT", UnixMilliseconds(when));

    private Expiration(string word) => _word = word;

    /// <summary>Never, whatever the expiry was before.</summary>
    public static Expiration Default => default;

    /// <summary>As before.</summary>
    public static Expiration KeepTtl => new("KEEPTTL");

    /// <summary>Never; an expiry is removed.</summary>
    public static Expiration Persist => new("PERSIST");

    /// <summary>Expires after a time.</summary>
    /// <param name="ttl">The time.</param>
    public static implicit operator Expiration(TimeSpan ttl) => new(ttl);

    /// <summary>Expires at a time.</summary>
    /// <param name="when">The time.</param>
    public static implicit operator Expiration(DateTime when) => new(when);

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is Expiration other && other._word == _word && other._milliseconds == _milliseconds;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_word, _milliseconds);

    /// <summary>The expiry as it is sent.</summary>
    public override string ToString() => _word is "PX" or "PXAT" ? $"{_word} {_milliseconds}" : _word ?? "";

    internal static long UnixMilliseconds(DateTime when) => when.Kind == DateTimeKind.Unspecified
        ? throw new ArgumentException("An expiry must be local or UTC.", nameof(when))
        : new DateTimeOffset(when.ToUniversalTime()).ToUnixTimeMilliseconds();

    internal void AddTo(List<RedisValue> arguments)
    {
        if (_word is not null)
        {
            arguments.Add(_word);
        }

        if (_word is "PX" or "PXAT")
        {
            arguments.Add(_milliseconds);
        }
    }
}

/// <summary>The condition under which a value is written.</summary>
[SuppressMessage("Usage", "CA2231", Justification = "The real type has no operators.")]
public readonly struct ValueCondition
{
    private readonly When _when;

    private ValueCondition(When when) => _when = when;

    /// <summary>In any case.</summary>
    public static ValueCondition Always => default;

    /// <summary>Only over an existing value.</summary>
    public static ValueCondition Exists => new(When.Exists);

    /// <summary>Only where there is no value.</summary>
    public static ValueCondition NotExists => new(When.NotExists);

    /// <summary>The same condition in its older form.</summary>
    /// <param name="when">The condition.</param>
    public static implicit operator ValueCondition(When when) => new(when);

    /// <summary>The opposite condition.</summary>
    /// <param name="value">The condition.</param>
    /// <exception cref="InvalidOperationException">Always has no opposite.</exception>
    public static ValueCondition operator !(in ValueCondition value) => value._when switch
    {
        When.Exists => NotExists,
        When.NotExists => Exists,
        _ => throw new InvalidOperationException("The condition has no opposite."),
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValueCondition other && other._when == _when;

    /// <inheritdoc/>
    public override int GetHashCode() => _when.GetHashCode();

    /// <summary>The condition as it is sent.</summary>
    public override string ToString() => _when switch { When.Exists => "XX", When.NotExists => "NX", _ => "" };

    internal void AddTo(List<RedisValue> arguments)
    {
        if (_when != When.Always)
        {
            arguments.Add(ToString());
        }
    }
}
