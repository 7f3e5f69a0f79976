using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Shop.Users.Keys;

namespace Shop.Users.Sessions;

/// <summary>
/// Signs access tokens (RFC 9068). They cannot be revoked, so they are short-lived: after signing out or being locked,
/// a user keeps access for this long at most.
/// </summary>
internal sealed class AccessTokens(
    SigningKeyRing ring, IOptionsMonitor<JwtBearerOptions> verification, IOptions<SigningKeyOptions> options,
    TimeProvider clock)
{
    public TimeSpan Lifetime => options.Value.TokenLife;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Signed for exactly the issuer and the audience that the services check.</summary>
    public async ValueTask<string> IssueAsync(Account account, Guid sessionId, CancellationToken cancel)
    {
        var expected = verification.Get(JwtBearerDefaults.AuthenticationScheme).TokenValidationParameters;
        var keys = await ring.CurrentAsync(cancel);
        var now = clock.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            Issuer = expected.ValidIssuer,
            Audience = expected.ValidAudience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            SigningCredentials = keys.Signing,
            Subject = new ClaimsIdentity(
            [
                new("sub", account.Id.ToString()),
                new("role", account.Role),
                new("sid", sessionId.ToString()),
                new("jti", Guid.CreateVersion7(now).ToString()),
            ]),
        });
    }
}
