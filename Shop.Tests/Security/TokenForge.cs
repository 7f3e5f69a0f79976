using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>
/// A signing key whose private part a test has, so that it can sign whatever it likes. Planted among the keys of Users
/// it verifies like any other and never signs.
/// </summary>
internal sealed class TokenForge : IDisposable
{
    public RSA Key { get; } = RSA.Create(2048);

    public string KeyId { get; } = Encode(RandomNumberGenerator.GetBytes(32));

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    /// <param name="subject">Whose token it is.</param>
    /// <param name="session">Users itself asks whether it goes on; others take any.</param>
    public static JsonObject Claims(Guid subject, Guid? session = null) => new()
    {
        ["iss"] = "https://shop.example",
        ["aud"] = "shop",
        ["sub"] = subject.ToString(),
        ["role"] = "customer",
        ["sid"] = (session ?? Guid.CreateVersion7()).ToString(),
        ["jti"] = Guid.CreateVersion7().ToString(),
        ["iat"] = Now.ToUnixTimeSeconds(),
        ["exp"] = Now.AddMinutes(30).ToUnixTimeSeconds(),
    };

    public JsonObject Header() => new() { ["alg"] = "RS256", ["kid"] = KeyId, ["typ"] = "at+jwt" };

    /// <summary>A token as Users would issue it.</summary>
    public string Valid(Guid subject, Guid? session = null) => Sign(Header(), Claims(subject, session));

    public string Sign(JsonObject header, JsonObject claims) => Sign(header.ToJsonString(), claims.ToJsonString());

    /// <summary>Signs texts that need not even be JSON.</summary>
    public string Sign(string header, string claims) => Sign(
        header, claims, data => Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Sign(string header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>A header with one member changed; null takes it away.</summary>
    public JsonObject HeaderWith(string member, JsonNode? value) => With(Header(), member, value);

    public static JsonObject With(JsonObject claims, string member, JsonNode? value)
    {
        if (value is null)
            claims.Remove(member);
        else
            claims[member] = value;

        return claims;
    }

    /// <summary>As an entry of a key set.</summary>
    public JsonObject Published()
    {
        var key = Key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "RS256",
            ["kid"] = KeyId,
            ["n"] = Encode(key.Modulus!),
            ["e"] = Encode(key.Exponent!),
        };
    }

    /// <summary>
    /// Puts the key among those of Users, older than the one that signs. The end of its service is set, so nobody else
    /// sets it.
    /// </summary>
    public Task PlantAsync(RunningShop shop) => shop.ScalarAsync<int>(
        "usersdb",
        """
        INSERT INTO users.signing_keys (id, created_at, active_from, retired_at, public_key, private_key)
        VALUES ($1, '2020-01-01Z', '2020-01-01Z', now() + interval '1 hour', $2, '') RETURNING 1
        """,
        KeyId, Key.ExportSubjectPublicKeyInfo());

    public void Dispose() => Key.Dispose();
}
