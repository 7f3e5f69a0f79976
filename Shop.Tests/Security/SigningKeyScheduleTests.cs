using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Shop.Users.Keys;

namespace Shop.Tests.Security;

/// <summary>A service with a schedule by which good tokens would be refused does not start.</summary>
public class SigningKeyScheduleTests
{
    [Fact]
    public void The_configured_schedule_is_valid() => Assert.Null(MistakeIn(_ => { }));

    [Fact]
    public void No_key_signs_before_every_verifier_can_know_it() =>
        Assert.Contains(
            "Lead must be above 00:10:30",
            MistakeIn(keys => keys.Lead = TimeSpan.FromMinutes(10)),
            StringComparison.Ordinal);

    [Fact]
    public void No_key_is_removed_before_its_last_token_has_expired() =>
        Assert.Contains(
            "Overlap must be 00:17:30",
            MistakeIn(keys => keys.Overlap = TimeSpan.FromMinutes(15)),
            StringComparison.Ordinal);

    [Fact]
    public void There_are_never_more_than_three_keys() =>
        Assert.Contains(
            "Life must be", MistakeIn(keys => keys.Life = TimeSpan.FromMinutes(40)), StringComparison.Ordinal);

    [Fact]
    public void No_token_lives_longer_than_verifiers_allow() =>
        Assert.Contains(
            "TokenLife must be", MistakeIn(keys => keys.TokenLife = TimeSpan.FromHours(2)), StringComparison.Ordinal);

    private static string? MistakeIn(Action<SigningKeyOptions> change)
    {
        var options = new SigningKeyOptions();
        change(options);
        return new SigningKeySchedule(Options.Create(new TokenVerificationOptions())).Validate(
            null, options).FailureMessage;
    }
}
