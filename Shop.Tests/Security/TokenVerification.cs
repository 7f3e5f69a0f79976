using System.Text.Json.Nodes;

namespace Shop.Tests.Security;

/// <summary>
/// Whoever comes with a token that is not exactly one of ours is nobody, at the gateway and past it, and learns
/// nothing.
/// </summary>
public abstract class TokenVerification(ShopOfShortKeys shop) : IAsyncLifetime
{
    protected ShopOfShortKeys Shop => shop;

    protected Guid Someone { get; private set; }

    private Guid Session { get; set; }

    private protected TokenForge Forge => shop.Forge;

    protected string Claims => ClaimsOfSomeone().ToJsonString();

    protected JsonObject ClaimsOfSomeone() => TokenForge.Claims(Someone, Session);

    private protected string Valid(TokenForge forge) => forge.Valid(Someone, Session);

    public async ValueTask InitializeAsync()
    {
        await shop.KnowAsync(Forge);
        (Someone, Session) = await shop.SomeoneAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Everywhere, with the same answer as nonsense. The good token next to it shows that there is something to refuse.
    /// </summary>
    protected async Task AreRefused(IEnumerable<string> tokens)
    {
        var vectors = tokens.ToArray();
        Assert.NotEmpty(vectors);
        List<string> accepted = [];
        foreach (var verifier in TokenVerifier.Of(shop))
        {
            Assert.Equal(200, (await verifier.SendAsync($"Bearer {Valid(Forge)}")).Status);
            var expected = await verifier.SendAsync("Bearer nonsense");
            Assert.Equal((401, "Bearer error=\"invalid_token\""), (expected.Status, expected.Challenge));
            foreach (var token in vectors)
            {
                if (await verifier.SendAsync($"Bearer {token}") is var answer && answer != expected)
                    accepted.Add($"{verifier}: {answer} for {token}");
            }
        }

        Assert.Empty(accepted);
    }
}
