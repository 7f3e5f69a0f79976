using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Shop.Users.Keys;

namespace Shop.Tests.Security;

/// <summary>A service with a schedule by which good tokens would be refused does not start.</summary>
public class SigningKeysSchedule
{
    [Fact]
    public void Is_right_as_it_is() => Assert.Null(MistakeIn(_ => { }));

    [Fact]
    public void Lets_no_key_sign_before_every_verifier_can_know_it() =>
        Assert.Contains("Lead must be above 00:10:30", MistakeIn(keys => keys.Lead = TimeSpan.FromMinutes(10)), StringComparison.Ordinal);

    [Fact]
    public void Lets_no_key_go_before_its_last_token() =>
        Assert.Contains("Overlap must be 00:17:30", MistakeIn(keys => keys.Overlap = TimeSpan.FromMinutes(15)), StringComparison.Ordinal);

    [Fact]
    public void Lets_no_more_than_three_keys_be_there_at_once() =>
        Assert.Contains("Life must be", MistakeIn(keys => keys.Life = TimeSpan.FromMinutes(40)), StringComparison.Ordinal);

    [Fact]
    public void Lets_no_token_live_longer_than_verifiers_allow() =>
        Assert.Contains("TokenLife must be", MistakeIn(keys => keys.TokenLife = TimeSpan.FromHours(2)), StringComparison.Ordinal);

    private static string? MistakeIn(Action<SigningKeyOptions> change)
    {
        var options = new SigningKeyOptions();
        change(options);
        return new SigningKeySchedule(Options.Create(new TokenVerificationOptions())).Validate(null, options).FailureMessage;
    }
}
