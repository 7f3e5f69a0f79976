using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;

namespace Shop.Tests.Security;

/// <summary>How a token is signed, and what its header says.</summary>
[Collection(nameof(ShopOfShortKeys))]
public class TokenTests(ShopOfShortKeys shop) : TokenVerification(shop)
{
    [Fact]
    [Trait("Checklist", "J1")]
    public Task A_token_without_a_signature_is_refused()
    {
        var parts = Valid(Forge).Split('.');
        return AreRefused([$"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}", $"{parts[0]}..", "..", ".", ""]);
    }

    [Fact]
    [Trait("Checklist", "J2")]
    public Task A_token_with_the_algorithm_none_is_refused() => AreRefused(
        from algorithm in (string[])["none", "None", "nOnE", "NONE", "", " none"]
        from signature in (byte[][])[[], [0], RandomNumberGenerator.GetBytes(256)]
        select TokenForge.Sign(Forge.HeaderWith("alg", algorithm).ToJsonString(), Claims, _ => signature));

    [Fact]
    [Trait("Checklist", "J3")]
    public Task A_token_signed_with_the_public_key_as_a_secret_is_refused()
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
            select TokenForge.Sign(
                Forge.HeaderWith("alg", algorithm).ToJsonString(), Claims, data => HMACSHA256.HashData(secret, data)));
    }

    [Fact]
    [Trait("Checklist", "J4")]
    public Task A_token_of_another_algorithm_or_key_is_refused()
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
            Signed(
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                data => Forge.Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            Signed("ES256", data => curve.SignData(data, HashAlgorithmName.SHA256)),
            Signed("RS256", data => curve.SignData(data, HashAlgorithmName.SHA256)),
            Signed("RS256", data => other.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
        ]);

        string Signed(string algorithm, Func<byte[], byte[]> sign) =>
            TokenForge.Sign(Forge.HeaderWith("alg", algorithm).ToJsonString(), Claims, sign);
    }

    [Fact]
    [Trait("Checklist", "J5")]
    [Trait("Checklist", "J6")]
    [Trait("Checklist", "E")]
    public async Task A_token_that_brings_its_own_key_is_refused_and_no_address_is_called()
    {
        var calls = 0;
        await using var canary = await LocalServer.Start(app => app.Run(_ =>
        {
            Interlocked.Increment(ref calls);
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

        await AreRefused(
            [
                .. headers.Select(header => mine.Sign(header, ClaimsOfSomeone())),
                .. headers.Select(header => Forge.Sign(header, ClaimsOfSomeone())),
            ]);

        Assert.Equal(0, calls);
    }

    [Fact]
    [Trait("Checklist", "J7")]
    public Task A_token_of_an_unknown_or_odd_key_id_is_refused()
    {
        JsonNode?[] ids =
        [
            "../../dev/null", "/dev/null", "' OR 1=1--", "\0", $"{Forge.KeyId}\0",
            Forge.KeyId.ToLowerInvariant() + "x", $" {Forge.KeyId}", "",
            new string('k', 10_240), new string('k', 64), new JsonArray(Forge.KeyId), new JsonObject(), 0, true, null,
            TokenForge.Encode(RandomNumberGenerator.GetBytes(32)),
        ];
        return AreRefused([
            .. ids.Select(id => Forge.Sign(Forge.HeaderWith("kid", id), ClaimsOfSomeone())),
            Forge.Sign($$"""{"alg":"RS256","kid":null,"typ":"at+jwt"}""", Claims),
            Forge.Sign($$"""{"alg":"RS256","kid":"{{Forge.KeyId}}","kid":"other","typ":"at+jwt"}""", Claims),
        ]);
    }

    [Fact]
    [Trait("Checklist", "J9")]
    public Task A_changed_token_is_refused()
    {
        var token = Valid(Forge);
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
            token.Replace(".", ". ", StringComparison.Ordinal), token.Replace(".", "..", StringComparison.Ordinal),
            $" {token}", $"\"{token}\"",
            parts[0] + "=." + parts[1] + "." + parts[2], token[..20] + "+" + token[20..],
            token[..20] + "/" + token[20..], token[..20] + "%2e" + token[20..],
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
    public Task A_token_with_another_header_is_refused() => AreRefused([
        .. from extra in (string[])
           [
               "\"crit\":[\"exp\"]", "\"crit\":[]", "\"crit\":[\"b64\"],\"b64\":false", "\"b64\":false",
               "\"b64\":true", "\"zip\":\"DEF\"", "\"enc\":\"A256GCM\"", "\"cty\":\"JWT\"",
               "\"x\":1", "\"alg\":\"none\"", "\"al\\u0067\":\"none\"", "\"ALG\":\"none\"", "\"typ\":\"at+jwt\"",
               "\"kid\":\"a\"", "\"nonce\":\"a\"", "\"p2c\":2147483647",
           ]
           select Forge.Sign($$"""{"alg":"RS256","kid":"{{Forge.KeyId}}","typ":"at+jwt",{{extra}}}""", Claims),
        .. from header in (string[])[
            "",
            "{}",
            "[]",
            "null",
            "\"\"",
            "1",
            "{",
            "\uFEFF{}",
            new string('[', 2000),
            """{"alg":["RS256"],"kid":"k","typ":"at+jwt"}""",
        ]
           select Forge.Sign(header, Claims),
        .. from member in (string[])["alg", "typ"] select Forge.Sign(Forge.HeaderWith(member, null), ClaimsOfSomeone()),
        Forge.Sign(Forge.Header().ToJsonString() + "{}", Claims),
        Forge.Sign("/**/" + Forge.Header().ToJsonString(), Claims),
    ]);

    [Fact]
    [Trait("Checklist", "J9")]
    public Task A_wrapped_or_compressed_token_is_refused()
    {
        var token = Valid(Forge);
        using var bomb = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(
            bomb, System.IO.Compression.CompressionLevel.SmallestSize))
            deflate.Write(new byte[1 << 20]);

        var zipped = Forge.HeaderWith("zip", "DEF").ToJsonString();
        var header = TokenForge.Encode("""{"alg":"dir","enc":"A256GCM","typ":"at+jwt","cty":"JWT"}""");
        var encrypted = $"{header}..{TokenForge.Encode(new byte[12])}.{TokenForge.Encode(token)}."
            + TokenForge.Encode(new byte[16]);
        var signed = $"{TokenForge.Encode(zipped)}.{TokenForge.Encode(bomb.ToArray())}";
        return AreRefused(
        [
            encrypted,
            Forge.Sign(Forge.HeaderWith("cty", "JWT").ToJsonString(), token),
            Forge.Sign(Forge.Header().ToJsonString(), token),
            Forge.Sign(Forge.Header().ToJsonString(), $"\"{token}\""),
            $"{signed}.{TokenForge.Encode(
                Forge.Key.SignData(
                    Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}",
        ]);
    }
}
