using System.ComponentModel.DataAnnotations;

namespace Shop.Gateway.Limits;

/// <summary>How much anybody may ask for. Sustained, that is the quota per window; all of it may come at once.</summary>
internal sealed class RateLimitOptions : IValidatableObject
{
    /// <summary>Of somebody who is signed in, from wherever.</summary>
    public Allowance User { get; init; } = new();

    /// <summary>Of an address (IPv6: its /64), while nobody is signed in.</summary>
    public Allowance Address { get; init; } = new();

    /// <summary>Of an address, for what costs a password hash or guesses one: registering and sessions.</summary>
    public Allowance Session { get; init; } = new();

    /// <summary>Of an address, for carts of visitors, each of which is kept for a month.</summary>
    public Allowance Cart { get; init; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!((Allowance[])[User, Address, Session, Cart]).All(allowance => allowance is { Quota: > 0, Window.TotalSeconds: >= 1 }))
            yield return new("Every limit has a Quota above zero and a Window of a second or more.");
    }

    public sealed class Allowance
    {
        public int Quota { get; init; }

        public TimeSpan Window { get; init; }
    }
}
