using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>A shop in which a signing key lives for seconds, with two replicas of Users.</summary>
[CollectionDefinition(nameof(ShopOfShortKeys))]
public sealed class ShopOfShortKeys : RunningShop, ICollectionFixture<ShopOfShortKeys>
{
    private readonly TokenForge _forge = new();

    /// <summary>A planted key, known to all verifiers.</summary>
    internal TokenForge Forge => _forge;

    public static readonly TimeSpan TokenLife = TimeSpan.FromSeconds(6);

    protected override string[] Settings =>
    [
        "--Services:users:Replicas=2",
        "--Services:users:Settings:Users:SigningKeys:Life=00:00:16",
        "--Services:users:Settings:Users:SigningKeys:Lead=00:00:04",
        "--Services:users:Settings:Users:SigningKeys:Overlap=00:00:10",
        "--Services:users:Settings:Users:SigningKeys:CacheFor=00:00:00",
        "--Services:users:Settings:Users:SigningKeys:Check=00:00:00.500",
        $"--Services:users:Settings:Users:SigningKeys:TokenLife={TokenLife}",
        .. from service in (string[])["users", "orders", "payments", "shipping", "gateway"]
           from setting in (string[])["KeyRefresh=00:00:01", "ClockSkew=00:00:01"]
           select $"--Services:{service}:Settings:Authentication:{setting}",
    ];

    public override async ValueTask DisposeAsync()
    {
        _forge.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>A customer, and a session that goes on.</summary>
    internal async Task<(Guid Id, Guid Session)> SomeoneAsync()
    {
        var id = (await NewCustomerAsync()).Id;
        return (id, await ScalarAsync<Guid>("usersdb", "SELECT id FROM users.sessions WHERE account_id = $1", id));
    }

    /// <summary>Plants a key and waits until everybody honours it.</summary>
    internal async Task KnowAsync(TokenForge forge)
    {
        if (await ScalarAsync<bool>(
            "usersdb", "SELECT NOT EXISTS (SELECT FROM users.signing_keys WHERE id = $1)", forge.KeyId))
            await forge.PlantAsync(this);

        var (someone, session) = await SomeoneAsync();
        var token = forge.Valid(someone, session);
        foreach (var verifier in TokenVerifier.Of(this))
            await Eventually.Equals(
                200,
                async () => (await verifier.SendAsync($"Bearer {token}")).Status,
                what: $"A planted key's token at {verifier}");
    }
}
