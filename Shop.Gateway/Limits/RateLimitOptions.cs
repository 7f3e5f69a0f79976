using System.ComponentModel.DataAnnotations;

namespace Shop.Gateway.Limits;

/// <summary>The quotas of the gateway. A caller may send its whole quota at once, or evenly over the window.</summary>
internal sealed class RateLimitOptions : IValidatableObject
{
    /// <summary>Per signed-in user, from any address.</summary>
    public Allowance User { get; init; } = new();

    /// <summary>Per client address (IPv6: its /64), for requests without a valid token.</summary>
    public Allowance Address { get; init; } = new();

    /// <summary>
    /// Per client address, for requests that cost a password hash or guess a password: registering and sessions.
    /// </summary>
    public Allowance Session { get; init; } = new();

    /// <summary>Per client address, for carts of guests, each of which is kept for a month.</summary>
    public Allowance Cart { get; init; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!((Allowance[])[User, Address, Session, Cart]).All(
            allowance => allowance is { Quota: > 0, Window.TotalSeconds: >= 1 }))
            yield return new("Every limit has a Quota above zero and a Window of a second or more.");
    }

    public sealed class Allowance
    {
        public int Quota { get; init; }

        public TimeSpan Window { get; init; }
    }
}
