using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Tests.Security;

/// <summary>What a verifier remembers of tokens that it has verified.</summary>
public sealed partial class TokenVerifierTests
{
    [Fact]
    [Trait("Checklist", "J18")]
    public async Task A_token_is_remembered_with_the_key_that_verified_it()
    {
        using var old = new TokenForge();
        _published.Add((JsonNode)old.Published());
        await OpenAsync("KeyRefresh=00:00:00.500");
        var token = old.Valid(Guid.CreateVersion7());
        // Until two requests fall between two readings of the keys.
        await Eventually.Is(
            async () =>
            {
                Assert.Equal(200, (await SendAsync(token)).Status);
                return IsRemembered(token);
            },
            remembered => remembered,
            what: "The token is remembered");

        _published.RemoveAt(1);

        await Eventually.Equals(401, async () => (await SendAsync(token)).Status);
        Assert.False(IsRemembered(token));
        await IsAsync(200, _forge);
    }

    [Fact]
    public async Task A_remembered_token_ends_with_its_time()
    {
        await OpenAsync("ClockSkew=00:00:00");
        var claims = TokenForge.Claims(Guid.CreateVersion7());
        var token = _forge.Sign(
            _forge.Header(), TokenForge.With(claims, "exp", TokenForge.Now.AddSeconds(5).ToUnixTimeSeconds()));
        Assert.Equal(200, (await SendAsync(token)).Status);
        Assert.True(IsRemembered(token));

        await Eventually.Equals(401, async () => (await SendAsync(token)).Status);
        Assert.False(IsRemembered(token));
    }

    [Fact]
    public async Task What_was_remembered_is_no_reason_to_accept_another_text()
    {
        await OpenAsync();
        var token = _forge.Valid(Guid.CreateVersion7());
        Assert.Equal(200, (await SendAsync(token)).Status);
        Assert.True(IsRemembered(token));

        var verifier = new TokenVerifier(_service!.Address, "/");
        await IsRefusedAsync($"{token[..token.LastIndexOf('.')]}.{TokenForge.Encode("signature")}");
        await IsRefusedAsync($"{token}.");
        Assert.Equal(401, (await verifier.SendAsync($"Basic {token}")).Status);
        Assert.Equal(401, (await verifier.SendAsync($"Bearer {token}", $"Bearer {token}")).Status);
    }

    private bool IsRemembered(string token) => _service!.Services.GetRequiredService<VerifiedTokens>()
        .Find(
            $"Bearer {token}",
            _service.Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>()
                .Get(JwtBearerDefaults.AuthenticationScheme).TokenValidationParameters.LifetimeValidator) is not null;
}
