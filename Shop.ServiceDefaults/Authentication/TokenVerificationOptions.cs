using System.ComponentModel.DataAnnotations;

namespace Shop.ServiceDefaults;

/// <summary>
/// The settings that all verifiers of access tokens and their issuer share; configuration section
/// <c>Authentication</c>.
/// </summary>
public sealed class TokenVerificationOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Authentication";

    /// <summary>A token that lives longer is refused, whoever signed it.</summary>
    public static readonly TimeSpan LongestTokenLife = TimeSpan.FromHours(1);

    /// <summary>The claim <c>iss</c>, exactly.</summary>
    [Required]
    public string Issuer { get; set; } = "https://shop.example";

    /// <summary>The claim <c>aud</c>, exactly.</summary>
    [Required]
    public string Audience { get; set; } = "shop";

    /// <summary>
    /// How long after its expiry a token is still accepted, for a verifier whose clock is ahead of that of Users.
    /// </summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How often a verifier reads the keys of Users. A key that is published for longer than this before it signs is
    /// known to every verifier by then.
    /// </summary>
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The minimum time between the last read of the keys and an extra one caused by an unknown key id.
    /// </summary>
    public TimeSpan UnknownKeyPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClockSkew < TimeSpan.Zero || KeyRefresh <= TimeSpan.Zero || UnknownKeyPause <= TimeSpan.Zero)
            yield return new("Times are above zero.");
    }
}
