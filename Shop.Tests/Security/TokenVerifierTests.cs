using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults;

namespace Shop.Tests.Security;

/// <summary>
/// A service that knows of Users only what Users publishes, and a Users that publishes what the test likes.
/// </summary>
public sealed partial class TokenVerifierTests : IAsyncLifetime
{
    private readonly TokenForge _forge = new();
    private readonly JsonArray _published = [];
    private LocalServer? _users;
    private LocalServer? _service;
    private volatile bool _away;
    private int _readings;

    public async ValueTask InitializeAsync()
    {
        _published.Add((JsonNode)_forge.Published());
        _users = await LocalServer.Start(app => app.MapGet("/.well-known/jwks.json", () =>
        {
            Interlocked.Increment(ref _readings);
            return _away
                ? Results.StatusCode(503)
                : Results.Text(new JsonObject { ["keys"] = _published.DeepClone() }.ToJsonString(), "application/json");
        }));
    }

    public async ValueTask DisposeAsync()
    {
        _forge.Dispose();
        if (_service is not null)
            await _service.DisposeAsync();

        if (_users is not null)
            await _users.DisposeAsync();
    }

    [Fact]
    [Trait("Checklist", "J7")]
    public async Task A_thousand_unknown_key_ids_read_the_keys_once_at_most()
    {
        await OpenAsync();
        await IsAsync(200, _forge);
        var before = _readings;

        await Parallel.ForAsync(0, 1000, TestContext.Current.CancellationToken, async (_, _) =>
        {
            var token = _forge.Sign(
                _forge.HeaderWith("kid", TokenForge.Encode(RandomNumberGenerator.GetBytes(32))),
                TokenForge.Claims(Guid.CreateVersion7()));
            Assert.Equal(401, (await SendAsync(token)).Status);
        });

        Assert.InRange(_readings - before, 0, 1);
        await IsAsync(200, _forge);
    }

    [Fact]
    [Trait("Checklist", "J7")]
    [Trait("Checklist", "J18")]
    public async Task A_new_key_is_learned_on_schedule_despite_unknown_key_ids()
    {
        await OpenAsync("KeyRefresh=00:00:00.500");
        await IsAsync(200, _forge);
        using var next = new TokenForge();
        _published.Add((JsonNode)next.Published());

        await Eventually.Equals(200, async () =>
        {
            using var stranger = new TokenForge();
            await IsAsync(401, stranger);
            return (await SendAsync(next.Valid(Guid.CreateVersion7()))).Status;
        });
    }

    [Fact]
    [Trait("Checklist", "J18")]
    public async Task An_unknown_key_id_triggers_a_read_when_the_last_one_is_old()
    {
        await OpenAsync("UnknownKeyPause=00:00:00.200");
        await IsAsync(200, _forge);
        using var next = new TokenForge();
        _published.Add((JsonNode)next.Published());

        await Eventually.Equals(200, async () => (await SendAsync(next.Valid(Guid.CreateVersion7()))).Status);
    }

    [Fact]
    [Trait("Checklist", "J18")]
    public async Task A_key_that_is_no_longer_published_is_not_accepted()
    {
        using var old = new TokenForge();
        _published.Add((JsonNode)old.Published());
        await OpenAsync("KeyRefresh=00:00:00.500");
        await IsAsync(200, old);

        _published.RemoveAt(1);

        await Eventually.Equals(401, async () => (await SendAsync(old.Valid(Guid.CreateVersion7()))).Status);
        await IsAsync(200, _forge);
    }

    [Fact]
    [Trait("Fault", "F41")]
    public async Task Tokens_stay_valid_while_users_is_unavailable()
    {
        await OpenAsync("KeyRefresh=00:00:00.200");
        await IsAsync(200, _forge);
        _away = true;
        var before = _readings;

        await Eventually.Is(
            () => Task.FromResult(_readings), readings => readings > before + 1, what: "Readings in vain");

        await IsAsync(200, _forge);
    }

    [Fact]
    [Trait("Fault", "F41")]
    public async Task A_start_without_users_answers_503_and_recovers()
    {
        _away = true;
        await OpenAsync();
        var answer = await SendAsync(_forge.Valid(Guid.CreateVersion7()));
        Assert.Equal((503, ""), (answer.Status, answer.Challenge));
        Assert.Equal(401, (await SendAsync("nonsense")).Status);

        _away = false;

        await Eventually.Equals(200, async () => (await SendAsync(_forge.Valid(Guid.CreateVersion7()))).Status);
    }

    [Fact]
    [Trait("Checklist", "J8")]
    public async Task Keys_of_another_type_or_use_or_of_little_strength_are_not_used()
    {
        using var weak = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = new TokenForge();
        using var doubled = new TokenForge();
        var point = curve.ExportParameters(includePrivateParameters: false).Q;
        var secret = RandomNumberGenerator.GetBytes(32);
        _published.Add(
            (JsonNode)With(
                "weak", "n", TokenForge.Encode(weak.ExportParameters(includePrivateParameters: false).Modulus!)));
        _published.Add(
            (JsonNode)With(
                "padded",
                "n",
                TokenForge.Encode(
                    [.. new byte[128], .. weak.ExportParameters(includePrivateParameters: false).Modulus!])));
        _published.Add((JsonNode)With("one", "e", "AQ"));
        _published.Add((JsonNode)With("three", "e", "Aw"));
        _published.Add((JsonNode)With("encrypts", "use", "enc"));
        _published.Add((JsonNode)With("anyuse", "use", null));
        _published.Add((JsonNode)With("stronger", "alg", "RS512"));
        _published.Add((JsonNode)With("odd", "n", "not base64!"));
        _published.Add(
            (JsonNode)new JsonObject
            {
                ["kty"] = "oct",
                ["use"] = "sig",
                ["alg"] = "HS256",
                ["kid"] = "secret",
                ["k"] = TokenForge.Encode(secret),
            });
        _published.Add(
            (JsonNode)new JsonObject
            {
                ["kty"] = "oct",
                ["use"] = "sig",
                ["alg"] = "RS256",
                ["kid"] = "secretly",
                ["k"] = TokenForge.Encode(secret),
            });
        _published.Add(
            (JsonNode)new JsonObject
            {
                ["kty"] = "EC",
                ["use"] = "sig",
                ["alg"] = "ES256",
                ["kid"] = "curve",
                ["crv"] = "P-256",
                ["x"] = TokenForge.Encode(point.X!),
                ["y"] = TokenForge.Encode(point.Y!),
            });
        _published.Add(null);
        foreach (var two in (TokenForge[])[doubled, stranger])
            _published.Add((JsonNode)TokenForge.With(two.Published(), "kid", "doubled"));

        await OpenAsync();
        await IsAsync(200, _forge);

        var claims = TokenForge.Claims(Guid.CreateVersion7()).ToJsonString();
        foreach (var kid in (string[])["one", "three", "encrypts", "anyuse", "stronger", "odd"])
            await IsRefusedAsync(stranger.Sign(stranger.HeaderWith("kid", kid).ToJsonString(), claims));

        foreach (var kid in (string[])["weak", "padded"])
            await IsRefusedAsync(
                TokenForge.Sign(
                    _forge.HeaderWith("kid", kid).ToJsonString(),
                    claims,
                    data => weak.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));

        foreach (var (kid, algorithm) in ((string, string)[])[
            ("secret", "HS256"), ("secretly", "RS256"), ("secretly", "HS256"),
        ])
            await IsRefusedAsync(
                TokenForge.Sign(
                    TokenForge.With(_forge.HeaderWith("kid", kid), "alg", algorithm).ToJsonString(),
                    claims,
                    data => HMACSHA256.HashData(secret, data)));

        foreach (var algorithm in (string[])["ES256", "RS256"])
            await IsRefusedAsync(
                TokenForge.Sign(
                    TokenForge.With(_forge.HeaderWith("kid", "curve"), "alg", algorithm).ToJsonString(),
                    claims,
                    data => curve.SignData(data, HashAlgorithmName.SHA256)));

        foreach (var two in (TokenForge[])[doubled, stranger])
            await IsRefusedAsync(two.Sign(two.HeaderWith("kid", "doubled").ToJsonString(), claims));

        JsonObject With(string kid, string member, JsonNode? value) =>
            TokenForge.With(TokenForge.With(stranger.Published(), "kid", kid), member, value);
    }

    private async Task OpenAsync(params string[] settings)
    {
        _service = await LocalServer.Start(
            app =>
            {
                app.UseServiceDefaults();
                app.MapGet("/", (CurrentUser user) => user.Id);
            },
            builder =>
            {
                builder.Configuration["services:users:http:0"] = _users!.Address.ToString();
                foreach (var setting in settings.Select(text => text.Split('=')))
                    builder.Configuration[$"Authentication:{setting[0]}"] = setting[1];

                builder.AddServiceDefaults();
            });
    }

    private Task<VerifierAnswer> SendAsync(string token) =>
        new TokenVerifier(_service!.Address, "/").SendAsync($"Bearer {token}");

    private async Task IsAsync(int status, TokenForge signer) =>
        Assert.Equal(status, (await SendAsync(signer.Valid(Guid.CreateVersion7()))).Status);

    private async Task IsRefusedAsync(string token) => Assert.Equal(401, (await SendAsync(token)).Status);
}
