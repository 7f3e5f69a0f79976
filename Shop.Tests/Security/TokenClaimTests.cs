using System.Net;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What a token says of itself, of whom it is for and for how long, and how it is brought.</summary>
[Collection(nameof(ShopOfShortKeys))]
public class TokenClaimTests(ShopOfShortKeys shop) : TokenVerification(shop)
{
    [Fact]
    [Trait("Checklist", "J11")]
    public Task A_token_that_is_expired_or_not_yet_valid_is_refused()
    {
        var now = TokenForge.Now.ToUnixTimeSeconds();
        (string Claim, JsonNode? Value)[] times =
        [
            ("exp", now - 3), ("exp", null), ("exp", $"{now + 60}"), ("exp", now + 60.5), ("exp", -1), ("exp", 0),
            ("exp", now + 86_400), ("exp", now + 3700),
            ("exp", long.MaxValue), ("exp", long.MinValue), ("exp", new JsonArray(now + 60)), ("exp", true),
            ("exp", new JsonObject()),
            ("nbf", now + 60), ("nbf", $"{now}"), ("nbf", "soon"), ("iat", now + 86_400), ("iat", null),
            ("iat", $"{now}"), ("iat", -1), ("iat", now + 0.5), ("iat", long.MinValue),
        ];
        return AreRefused([
            .. times.Select(
                time => Forge.Sign(Forge.Header(), TokenForge.With(ClaimsOfSomeone(), time.Claim, time.Value))),
            // In good form, and over: without an earlier iat the form is refused before its end is looked at.
            Forge.Sign(
                Forge.Header(),
                TokenForge.With(TokenForge.With(ClaimsOfSomeone(), "iat", now - 600), "exp", now - 3)),
            .. from number in (string[])[
                "1e400", "1e10", $"{now + 60}.0", $"{now + 60}e0", "99999999999999999999", "NaN", "-0", "01", "+1",
                "0x7fffffff",
            ]
               select Forge.Sign(
                   Forge.Header().ToJsonString(),
                   Claims.Replace("\"exp\":", $"\"exp\":{number},\"was\":", StringComparison.Ordinal)),
        ]);
    }

    [Fact]
    [Trait("Checklist", "J12")]
    public Task A_token_of_another_issuer_or_audience_is_refused() => AreRefused(
        from claim in ((string, JsonNode?)[])
        [
            ("iss", "https://shop.example/"), ("iss", "https://SHOP.example"), ("iss", "http://shop.example"),
            ("iss", "https://staging.shop.example"), ("iss", ""), ("iss", null),
            ("iss", new JsonArray("https://shop.example")), ("aud", "shop2"), ("aud", "Shop"), ("aud", ""),
            ("aud", null), ("aud", new JsonArray("other", "another")), ("aud", new JsonArray()),
            ("aud", "shop other"), ("aud", 1),
        ]
        select Forge.Sign(Forge.Header(), TokenForge.With(ClaimsOfSomeone(), claim.Item1, claim.Item2)));

    [Fact]
    [Trait("Checklist", "J13")]
    public async Task A_token_of_another_kind_is_refused()
    {
        var api = Shop.Anonymous();
        var email = $"{Guid.CreateVersion7():N}@customers.example";
        await Customer.Read(
            await api.Http.SendAsync(
                HttpMethod.Post, "/api/users", new { email, password = "a long walk on the beach", name = "Ada" }),
            HttpStatusCode.Created);
        var session = await Customer.Read(
            await api.Http.SendAsync(
                HttpMethod.Post, "/api/users/session", new { email, password = "a long walk on the beach" }),
            HttpStatusCode.OK);

        await AreRefused([
            (string)session["refreshToken"]!,
            .. from type in (JsonNode?[])[
                "JWT", "AT+JWT", "At+Jwt", "application/at+jwt", "id+jwt", "refresh+jwt", "at+jwt ", "", null,
                new JsonArray("at+jwt"),
            ]
               select Forge.Sign(Forge.HeaderWith("typ", type), ClaimsOfSomeone()),
        ]);
        var refresh = await api.Http.SendAsync(
            HttpMethod.Post, "/api/users/session/refresh", new { refreshToken = (string)session["accessToken"]! });

        Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);
        Assert.Equal("Bearer", refresh.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    [Trait("Checklist", "J14")]
    public Task Missing_repeated_or_mistyped_claims_are_refused()
    {
        (string Claim, JsonNode? Value)[] claims =
        [
            ("sub", ""), ("sub", null), ("sub", 1), ("sub", Guid.Empty.ToString()), ("sub", $"{{{Someone}}}"),
            ("sub", Someone.ToString("N")), ("sub", new JsonArray(Someone.ToString())),
            ("sub", new JsonArray(new JsonArray(Someone.ToString()))),
            ("sub", new JsonObject { ["id"] = Someone.ToString() }), ("role", ""), ("role", null),
            ("role", "Operator"), ("role", "admin"),
            ("role", new JsonArray("customer", "operator")), ("role", new JsonArray("operator")),
            ("role", "customer operator"), ("role", true), ("sid", null), ("sid", "x"), ("jti", null), ("jti", ""),
            ("jti", 1),
        ];
        return AreRefused([
            .. claims.Select(
                claim => Forge.Sign(Forge.Header(), TokenForge.With(ClaimsOfSomeone(), claim.Claim, claim.Value))),
            .. from extra in (string[])
               [
                   $"\"sub\":\"{Guid.CreateVersion7()}\"", "\"role\":\"operator\"", "\"r\\u006fle\":\"operator\"",
                   "\"exp\":4102444800", "\"iss\":\"https://evil.example\"", "\"aud\":\"other\"",
               ]
               select Forge.Sign(Forge.Header().ToJsonString(), $"{Claims[..^1]},{extra}}}"),
            .. from claimed in (string[])["", "{}", "[]", "null", "{", "\"a\"", Claims + "x"]
               select Forge.Sign(Forge.Header().ToJsonString(), claimed),
        ]);
    }

    [Fact]
    [Trait("Checklist", "J14")]
    public Task A_token_with_a_role_raised_after_signing_is_refused()
    {
        var parts = Valid(Forge).Split('.');
        return AreRefused(
            [
                $"{parts[0]}.{TokenForge.Encode(
                    Claims.Replace("customer", "operator", StringComparison.Ordinal))}.{parts[2]}",
            ]);
    }

    [Fact]
    [Trait("Checklist", "J16")]
    public async Task A_token_counts_only_in_one_authorization_header_of_the_bearer_scheme()
    {
        var token = Valid(Forge);
        foreach (var verifier in TokenVerifier.Of(Shop))
        {
            Assert.Equal(200, (await verifier.SendAsync($"bearer {token}")).Status);
            Assert.Equal(200, (await verifier.SendAsync($"BEARER {token}")).Status);
            var expected = await verifier.SendAsync("Bearer nonsense");
            Assert.Equal(expected, await verifier.SendAsync($"Bearer {token}", $"Bearer {token}"));
            Assert.Equal(expected, await verifier.SendAsync("Basic YTpi", $"Bearer {token}"));
            // Not a wrong token, but none: RFC 6750 wants these two told apart.
            Assert.Equal(
                await verifier.SendAsync(),
                await (verifier with { Path = $"{verifier.Path}?access_token={token}" }).SendAsync());
            foreach (var value in (string[])[
                token, $"Bearer\t{token}", $"Bearer  {token}", $"Token {token}", $"Bearer:{token}", $"Bearer{token}",
                $"Basic {token}", $"Bearer {token},", $",Bearer {token}", "Bearer", "Bearer ",
            ])
                Assert.Equal(expected, await verifier.SendAsync(value));

            Assert.Equal(expected, await verifier.SendAsync($"Bearer {new string('a', 20_000)}"));
            Assert.Equal(431, (await verifier.SendAsync($"Bearer {new string('a', 33_000)}")).Status);
        }
    }

    [Fact]
    [Trait("Checklist", "J18")]
    public async Task A_token_is_accepted_until_its_key_is_retired()
    {
        using var old = new TokenForge();
        await Shop.KnowAsync(old);
        var token = Valid(old);
        await Shop.ScalarAsync<int>(
            "usersdb",
            "UPDATE users.signing_keys SET retired_at = now() + interval '2 seconds' WHERE id = $1 RETURNING 1",
            old.KeyId);

        foreach (var verifier in TokenVerifier.Of(Shop))
            await Eventually.Equals(
                401,
                async () => (await verifier.SendAsync($"Bearer {token}")).Status,
                what: $"A retired key's token at {verifier}");

        var published = await Shop.Anonymous().GetAsync("/.well-known/jwks.json");
        Assert.DoesNotContain(published["keys"]!.AsArray(), key => (string)key!["kid"]! == old.KeyId);
    }
}
