using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Shop.Tests.Distributed;
using Shop.Tests.StandIns;

namespace Shop.Tests.Security;

/// <summary>Whoever comes with a token that is not exactly one of ours is nobody, at the gateway and past it, and learns nothing.</summary>
[Collection(nameof(ShopOfShortKeys))]
public class Tokens(ShopOfShortKeys shop) : IAsyncLifetime
{
    private Guid _someone;

    private TokenForge Forge => shop.Forge;

    public async ValueTask InitializeAsync()
    {
        await shop.KnowAsync(Forge);
        _someone = (await shop.NewCustomerAsync()).Id;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("Checklist", "J1")]
    public Task Without_a_signature_are_refused()
    {
        var parts = Forge.Valid(_someone).Split('.');
        return AreRefused([$"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}", $"{parts[0]}..", "..", ".", ""]);
    }

    [Fact]
    [Trait("Checklist", "J2")]
    public Task Signed_by_none_are_refused() => AreRefused(
        from algorithm in (string[])["none", "None", "nOnE", "NONE", "", " none"]
        from signature in (byte[][])[[], [0], RandomNumberGenerator.GetBytes(256)]
        select TokenForge.Sign(Forge.HeaderWith("alg", algorithm).ToJsonString(), Claims(), _ => signature));

    [Fact]
    [Trait("Checklist", "J3")]
    public Task Signed_with_the_public_key_as_a_secret_are_refused()
    {
        byte[][] secrets =
        [
            Encoding.ASCII.GetBytes(Forge.Key.ExportSubjectPublicKeyInfoPem()),
            Encoding.ASCII.GetBytes(Forge.Key.ExportSubjectPublicKeyInfoPem() + "\n"),
            Encoding.ASCII.GetBytes(Forge.Key.ExportRSAPublicKeyPem()),
            Forge.Key.ExportSubjectPublicKeyInfo(),
            Forge.Key.ExportRSAPublicKey(),
            Encoding.ASCII.GetBytes(Forge.Published().ToJsonString()),
            Forge.Key.ExportParameters(includePrivateParameters: false).Modulus!,
            Encoding.ASCII.GetBytes((string)Forge.Published()["n"]!),
            [],
        ];
        return AreRefused(
            from secret in secrets
            from algorithm in (string[])["HS256", "RS256"]
            select TokenForge.Sign(Forge.HeaderWith("alg", algorithm).ToJsonString(), Claims(), data => HMACSHA256.HashData(secret, data)));
    }

    [Fact]
    [Trait("Checklist", "J4")]
    public Task Of_another_algorithm_or_another_key_are_refused()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = RSA.Create(2048);
        return AreRefused(
        [
            Signed("RS384", data => Forge.Key.SignData(data, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1)),
            Signed("RS512", data => Forge.Key.SignData(data, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)),
            Signed("PS256", data => Forge.Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
            Signed("RS256", data => Forge.Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
            Signed("RS256", data => Forge.Key.SignData(data, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)),
            Signed("rs256", data => Forge.Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            Signed("RSA-SHA256", data => Forge.Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            Signed("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", data => Forge.Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            Signed("ES256", data => curve.SignData(data, HashAlgorithmName.SHA256)),
            Signed("RS256", data => curve.SignData(data, HashAlgorithmName.SHA256)),
            Signed("RS256", data => other.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
        ]);

        string Signed(string algorithm, Func<byte[], byte[]> sign) => TokenForge.Sign(Forge.HeaderWith("alg", algorithm).ToJsonString(), Claims(), sign);
    }

    [Fact]
    [Trait("Checklist", "J5")]
    [Trait("Checklist", "J6")]
    [Trait("Checklist", "E")]
    public async Task That_bring_or_point_to_their_own_key_are_refused_and_nobody_goes_there()
    {
        var visits = 0;
        await using var canary = await LocalServer.Start(app => app.Run(_ =>
        {
            Interlocked.Increment(ref visits);
            return Task.CompletedTask;
        }));
        using var mine = new TokenForge();
        var keySet = new JsonObject { ["keys"] = new JsonArray(mine.Published()) }.ToJsonString();
        JsonObject[] headers =
        [
            mine.HeaderWith("jwk", mine.Published()),
            Forge.HeaderWith("jwk", mine.Published()),
            Forge.HeaderWith("jwks", JsonNode.Parse(keySet)),
            .. from pointer in (string[])["jku", "x5u", "iss", "url", "kid"]
               from header in (JsonObject[])[mine.Header(), Forge.Header()]
               select TokenForge.With(header, pointer, canary.At("/jwks.json").ToString()),
            Forge.HeaderWith("jku", $"https://shop.example@{canary.Address.Authority}/"),
            Forge.HeaderWith("x5c", new JsonArray("MIIB")),
            Forge.HeaderWith("x5t", mine.KeyId),
        ];

        await AreRefused([.. headers.Select(header => mine.Sign(header, TokenForge.Claims(_someone))), .. headers.Select(header => Forge.Sign(header, TokenForge.Claims(_someone)))]);

        Assert.Equal(0, visits);
    }

    [Fact]
    [Trait("Checklist", "J7")]
    public Task Of_an_unknown_or_odd_key_id_are_refused()
    {
        JsonNode?[] ids =
        [
            "../../dev/null", "/dev/null", "' OR 1=1--", "\0", $"{Forge.KeyId}\0", Forge.KeyId.ToLowerInvariant() + "x", $" {Forge.KeyId}", "",
            new string('k', 10_240), new string('k', 64), new JsonArray(Forge.KeyId), new JsonObject(), 0, true, null, TokenForge.Encode(RandomNumberGenerator.GetBytes(32)),
        ];
        return AreRefused([
            .. ids.Select(id => Forge.Sign(Forge.HeaderWith("kid", id), TokenForge.Claims(_someone))),
            Forge.Sign($$"""{"alg":"RS256","kid":null,"typ":"at+jwt"}""", Claims()),
            Forge.Sign($$"""{"alg":"RS256","kid":"{{Forge.KeyId}}","kid":"other","typ":"at+jwt"}""", Claims()),
        ]);
    }

    [Fact]
    [Trait("Checklist", "J9")]
    public Task That_were_touched_are_refused()
    {
        var token = Forge.Valid(_someone);
        var parts = token.Split('.');
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]);
        var other = Forge.Valid(Guid.CreateVersion7()).Split('.');
        return AreRefused(
        [
            $"{parts[0]}.{other[1]}.{parts[2]}",
            $"{TokenForge.Encode(Forge.Header().ToJsonString() + " ")}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{TokenForge.Encode([0, .. signature])}",
            $"{parts[0]}.{parts[1]}.{TokenForge.Encode(signature[..^1])}",
            $"{parts[0]}.{parts[1]}.{TokenForge.Encode([.. signature, 0])}",
            $"{parts[0]}.{parts[1]}.{TokenForge.Encode(new byte[256])}",
            .. Enumerable.Range(0, 16).Select(bit => Flipped(bit * 16)),
            // Another last letter with the same significant bits: the same bytes to a lenient reader.
            token[..^1] + (char)(token[^1] + 1),
            token + "=", token + "==", token + "A", token + "AA", token + ".", token + ".x", token + ".x.y",
            token.Replace(".", ". ", StringComparison.Ordinal), token.Replace(".", "..", StringComparison.Ordinal), $" {token}", $"\"{token}\"",
            parts[0] + "=." + parts[1] + "." + parts[2], token[..20] + "+" + token[20..], token[..20] + "/" + token[20..], token[..20] + "%2e" + token[20..],
            $$"""{"protected":"{{parts[0]}}","payload":"{{parts[1]}}","signature":"{{parts[2]}}"}""",
            TokenForge.Encode(token), $"{token},{token}", $"{token} {token}", $"{token}, Bearer {token}",
        ]);

        string Flipped(int index)
        {
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]);
            bytes[index % bytes.Length] ^= 1;
            return $"{parts[0]}.{TokenForge.Encode(bytes)}.{parts[2]}";
        }
    }

    [Fact]
    [Trait("Checklist", "J9")]
    [Trait("Checklist", "J10")]
    public Task Whose_header_says_more_or_less_than_ours_are_refused() => AreRefused([
        .. from extra in (string[])
           [
               "\"crit\":[\"exp\"]", "\"crit\":[]", "\"crit\":[\"b64\"],\"b64\":false", "\"b64\":false", "\"b64\":true", "\"zip\":\"DEF\"", "\"enc\":\"A256GCM\"", "\"cty\":\"JWT\"",
               "\"x\":1", "\"alg\":\"none\"", "\"al\\u0067\":\"none\"", "\"ALG\":\"none\"", "\"typ\":\"at+jwt\"", "\"kid\":\"a\"", "\"nonce\":\"a\"", "\"p2c\":2147483647",
           ]
           select Forge.Sign($$"""{"alg":"RS256","kid":"{{Forge.KeyId}}","typ":"at+jwt",{{extra}}}""", Claims()),
        .. from header in (string[])["", "{}", "[]", "null", "\"\"", "1", "{", "\uFEFF{}", new string('[', 2000), """{"alg":["RS256"],"kid":"k","typ":"at+jwt"}"""]
           select Forge.Sign(header, Claims()),
        .. from member in (string[])["alg", "typ"] select Forge.Sign(Forge.HeaderWith(member, null), TokenForge.Claims(_someone)),
        Forge.Sign(Forge.Header().ToJsonString() + "{}", Claims()),
        Forge.Sign("/**/" + Forge.Header().ToJsonString(), Claims()),
    ]);

    [Fact]
    [Trait("Checklist", "J9")]
    public Task Wrapped_into_or_compressed_as_something_else_are_refused()
    {
        var token = Forge.Valid(_someone);
        using var bomb = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(bomb, System.IO.Compression.CompressionLevel.SmallestSize))
            deflate.Write(new byte[1 << 20]);

        var zipped = Forge.HeaderWith("zip", "DEF").ToJsonString();
        var encrypted = $"{TokenForge.Encode("""{"alg":"dir","enc":"A256GCM","typ":"at+jwt","cty":"JWT"}""")}..{TokenForge.Encode(new byte[12])}.{TokenForge.Encode(token)}.{TokenForge.Encode(new byte[16])}";
        var signed = $"{TokenForge.Encode(zipped)}.{TokenForge.Encode(bomb.ToArray())}";
        return AreRefused(
        [
            encrypted,
            Forge.Sign(Forge.HeaderWith("cty", "JWT").ToJsonString(), token),
            Forge.Sign(Forge.Header().ToJsonString(), token),
            Forge.Sign(Forge.Header().ToJsonString(), $"\"{token}\""),
            $"{signed}.{TokenForge.Encode(Forge.Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}",
        ]);
    }

    [Fact]
    [Trait("Checklist", "J11")]
    public Task Of_another_time_are_refused()
    {
        var now = TokenForge.Now.ToUnixTimeSeconds();
        (string Claim, JsonNode? Value)[] times =
        [
            ("exp", now - 3), ("exp", null), ("exp", $"{now + 60}"), ("exp", now + 60.5), ("exp", -1), ("exp", 0), ("exp", now + 86_400), ("exp", now + 3700),
            ("exp", long.MaxValue), ("exp", long.MinValue), ("exp", new JsonArray(now + 60)), ("exp", true), ("exp", new JsonObject()),
            ("nbf", now + 60), ("nbf", $"{now}"), ("nbf", "soon"), ("iat", now + 60), ("iat", null), ("iat", $"{now}"), ("iat", -1), ("iat", now + 0.5), ("iat", long.MinValue),
        ];
        return AreRefused([
            .. times.Select(time => Forge.Sign(Forge.Header(), TokenForge.With(TokenForge.Claims(_someone), time.Claim, time.Value))),
            .. from number in (string[])["1e400", "1e10", $"{now + 60}.0", $"{now + 60}e0", "99999999999999999999", "NaN", "-0", "01", "+1", "0x7fffffff"]
               select Forge.Sign(Forge.Header().ToJsonString(), Claims().Replace("\"exp\":", $"\"exp\":{number},\"was\":", StringComparison.Ordinal)),
        ]);
    }

    [Fact]
    [Trait("Checklist", "J12")]
    public Task Of_another_issuer_or_for_another_audience_are_refused() => AreRefused(
        from claim in ((string, JsonNode?)[])
        [
            ("iss", "https://shop.example/"), ("iss", "https://SHOP.example"), ("iss", "http://shop.example"), ("iss", "https://staging.shop.example"), ("iss", ""), ("iss", null),
            ("iss", new JsonArray("https://shop.example")), ("aud", "shop2"), ("aud", "Shop"), ("aud", ""), ("aud", null), ("aud", new JsonArray("other", "another")), ("aud", new JsonArray()),
            ("aud", "shop other"), ("aud", 1),
        ]
        select Forge.Sign(Forge.Header(), TokenForge.With(TokenForge.Claims(_someone), claim.Item1, claim.Item2)));

    [Fact]
    [Trait("Checklist", "J13")]
    public async Task Of_another_kind_are_refused()
    {
        var api = shop.Anonymous();
        var email = $"{Guid.CreateVersion7():N}@customers.example";
        await Customer.Read(await api.Http.SendAsync(HttpMethod.Post, "/api/users", new { email, password = "a long walk on the beach", name = "Ada" }), HttpStatusCode.Created);
        var session = await Customer.Read(await api.Http.SendAsync(HttpMethod.Post, "/api/users/session", new { email, password = "a long walk on the beach" }), HttpStatusCode.OK);

        await AreRefused([
            (string)session["refreshToken"]!,
            .. from type in (JsonNode?[])["JWT", "AT+JWT", "At+Jwt", "application/at+jwt", "id+jwt", "refresh+jwt", "at+jwt ", "", null, new JsonArray("at+jwt")]
               select Forge.Sign(Forge.HeaderWith("typ", type), TokenForge.Claims(_someone)),
        ]);
        var refresh = await api.Http.SendAsync(HttpMethod.Post, "/api/users/session/refresh", new { refreshToken = (string)session["accessToken"]! });

        Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);
        Assert.Equal("Bearer", refresh.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    [Trait("Checklist", "J14")]
    public Task With_claims_twice_missing_or_of_another_kind_are_refused()
    {
        (string Claim, JsonNode? Value)[] claims =
        [
            ("sub", ""), ("sub", null), ("sub", 1), ("sub", Guid.Empty.ToString()), ("sub", $"{{{_someone}}}"), ("sub", _someone.ToString("N")), ("sub", new JsonArray(_someone.ToString())),
            ("sub", new JsonArray(new JsonArray(_someone.ToString()))), ("sub", new JsonObject { ["id"] = _someone.ToString() }), ("role", ""), ("role", null), ("role", "Operator"), ("role", "admin"),
            ("role", new JsonArray("customer", "operator")), ("role", new JsonArray("operator")), ("role", "customer operator"), ("role", true), ("sid", null), ("sid", "x"), ("jti", null), ("jti", ""),
            ("jti", 1),
        ];
        return AreRefused([
            .. claims.Select(claim => Forge.Sign(Forge.Header(), TokenForge.With(TokenForge.Claims(_someone), claim.Claim, claim.Value))),
            .. from extra in (string[])
               [
                   $"\"sub\":\"{Guid.CreateVersion7()}\"", "\"role\":\"operator\"", "\"r\\u006fle\":\"operator\"", "\"exp\":4102444800", "\"iss\":\"https://evil.example\"", "\"aud\":\"other\"",
               ]
               select Forge.Sign(Forge.Header().ToJsonString(), $"{Claims()[..^1]},{extra}}}"),
            .. from claimed in (string[])["", "{}", "[]", "null", "{", "\"a\"", Claims() + "x"] select Forge.Sign(Forge.Header().ToJsonString(), claimed),
        ]);
    }

    [Fact]
    [Trait("Checklist", "J14")]
    public Task Whose_role_was_raised_without_signing_are_refused()
    {
        var parts = Forge.Valid(_someone).Split('.');
        return AreRefused([$"{parts[0]}.{TokenForge.Encode(Claims().Replace("customer", "operator", StringComparison.Ordinal))}.{parts[2]}"]);
    }

    [Fact]
    [Trait("Checklist", "J16")]
    public async Task Count_only_in_one_header_of_the_right_scheme()
    {
        var token = Forge.Valid(_someone);
        foreach (var door in Door.Of(shop))
        {
            Assert.Equal(200, (await door.KnockAsync($"bearer {token}")).Status);
            Assert.Equal(200, (await door.KnockAsync($"BEARER {token}")).Status);
            var expected = await door.KnockAsync("Bearer nonsense");
            Assert.Equal(expected, await door.KnockAsync($"Bearer {token}", $"Bearer {token}"));
            Assert.Equal(expected, await door.KnockAsync("Basic YTpi", $"Bearer {token}"));
            Assert.Equal(expected, await (door with { Path = $"{door.Path}?access_token={token}" }).KnockAsync());
            foreach (var value in (string[])[token, $"Bearer\t{token}", $"Bearer  {token}", $"Token {token}", $"Bearer:{token}", $"Bearer{token}", $"Basic {token}", $"Bearer {token},", $",Bearer {token}", "Bearer", "Bearer "])
                Assert.Equal(expected, await door.KnockAsync(value));

            Assert.Equal(expected, await door.KnockAsync($"Bearer {new string('a', 20_000)}"));
            Assert.Equal(431, (await door.KnockAsync($"Bearer {new string('a', 33_000)}")).Status);
        }
    }

    [Fact]
    [Trait("Checklist", "J18")]
    public async Task Of_a_retired_key_are_honoured_until_then_and_refused_after()
    {
        using var old = new TokenForge();
        await shop.KnowAsync(old);
        var token = old.Valid(_someone);
        await shop.ScalarAsync<int>("usersdb", "UPDATE users.signing_keys SET retired_at = now() + interval '2 seconds' WHERE id = $1 RETURNING 1", old.KeyId);

        foreach (var door in Door.Of(shop))
            await Eventually.Equals(401, async () => (await door.KnockAsync($"Bearer {token}")).Status, what: $"A retired key's token at {door}");

        var published = await shop.Anonymous().GetAsync("/.well-known/jwks.json");
        Assert.DoesNotContain(published["keys"]!.AsArray(), key => (string)key!["kid"]! == old.KeyId);
    }

    private string Claims() => TokenForge.Claims(_someone).ToJsonString();

    /// <summary>Everywhere, with the same answer as nonsense. The good token next to it shows that there is something to refuse.</summary>
    private async Task AreRefused(IEnumerable<string> tokens)
    {
        var vectors = tokens.ToArray();
        Assert.NotEmpty(vectors);
        List<string> accepted = [];
        foreach (var door in Door.Of(shop))
        {
            Assert.Equal(200, (await door.KnockAsync($"Bearer {Forge.Valid(_someone)}")).Status);
            var expected = await door.KnockAsync("Bearer nonsense");
            Assert.Equal((401, "Bearer"), (expected.Status, expected.Challenge));
            foreach (var token in vectors)
            {
                if (await door.KnockAsync($"Bearer {token}") is var answer && answer != expected)
                    accepted.Add($"{door}: {answer} for {token}");
            }
        }

        Assert.Empty(accepted);
    }
}
