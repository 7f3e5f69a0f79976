using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Users.Keys;

/// <summary>How long each part of a signing key's life takes; configuration section <c>Users:SigningKeys</c>.</summary>
internal sealed class SigningKeyOptions
{
    public const string Section = "Users:SigningKeys";

    /// <summary>How long a key signs.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a key is published before it signs.</summary>
    public TimeSpan Lead { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a key still verifies after its successor has begun to sign.</summary>
    public TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long clients may cache the published keys.</summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a replica reads the keys and checks whether a rotation is due.</summary>
    public TimeSpan Check { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The lifetime of access tokens.</summary>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Validates at start that no schedule of keys can make a verifier refuse a valid token.</summary>
internal sealed class SigningKeySchedule(IOptions<TokenVerificationOptions> verification)
    : IValidateOptions<SigningKeyOptions>
{
    public ValidateOptionsResult Validate(string? name, SigningKeyOptions options)
    {
        var verifiers = verification.Value;
        // The worst case adds up: a replica reads the keys, a cache reads from it, a verifier reads from the cache.
        var spreading = options.Check + options.CacheFor + verifiers.KeyRefresh;
        var lastToken = options.Check + options.TokenLife + (2 * verifiers.ClockSkew);
        List<string> wrong = [];
        Require(
            options.Check > TimeSpan.Zero && options.CacheFor >= TimeSpan.Zero,
            "Check must be above zero, CacheFor not below");
        Require(
            options.TokenLife > TimeSpan.Zero && options.TokenLife <= TokenVerificationOptions.LongestTokenLife,
            $"TokenLife must be above zero and at most {TokenVerificationOptions.LongestTokenLife}");
        Require(
            options.Lead > spreading,
            $"Lead must be above {spreading}: so long a new key may be unknown to a verifier");
        Require(
            options.Overlap >= lastToken + verifiers.KeyRefresh,
            $"Overlap must be {lastToken + verifiers.KeyRefresh} at least: "
                + "so long a token of the old key may be on its way");
        Require(options.Life >= options.Lead + options.Overlap, "Life must be Lead and Overlap together at least");
        return wrong.Count > 0 ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;

        void Require(bool met, string rule)
        {
            if (!met)
                wrong.Add($"{SigningKeyOptions.Section}: {rule}.");
        }
    }
}
