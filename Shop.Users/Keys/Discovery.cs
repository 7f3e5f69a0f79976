using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Shop.ServiceDefaults;

namespace Shop.Users.Keys;

/// <summary>The two documents that OpenID Connect libraries read to verify our tokens.</summary>
internal static class Discovery
{
    /// <summary>
    /// The members of OpenID Connect Discovery 1.0 that apply here; there is no authorization endpoint.
    /// </summary>
    public sealed record Document(
        [property: JsonPropertyName("issuer")] string Issuer,
        [property: JsonPropertyName("jwks_uri")] string KeysAt,
        [property: JsonPropertyName("response_types_supported")] IReadOnlyList<string> ResponseTypes,
        [property: JsonPropertyName("subject_types_supported")] IReadOnlyList<string> SubjectTypes,
        [property: JsonPropertyName("id_token_signing_alg_values_supported")] IReadOnlyList<string> Algorithms,
        [property: JsonPropertyName("claims_supported")] IReadOnlyList<string> Claims);

    public sealed record KeySet(IReadOnlyList<PublicKey> Keys);

    /// <summary>Lists the public members explicitly, so that no private one can be published by mistake.</summary>
    public sealed record PublicKey(string Kty, string Use, string Alg, string Kid, string N, string E);

    // Addresses come from the issuer setting, never from the Host header, because the answer is cached for all clients.
    public static Ok<Document> Configuration(
        HttpContext http, IOptions<TokenVerificationOptions> verification, IOptions<SigningKeyOptions> keys)
    {
        var issuer = verification.Value.Issuer;
        AllowCaching(http, keys.Value);
        return TypedResults.Ok(new Document(
            issuer,
            $"{issuer.TrimEnd('/')}/.well-known/jwks.json",
            ResponseTypes: ["token"],
            SubjectTypes: ["public"],
            Algorithms: [SecurityAlgorithms.RsaSha256],
            Claims: ["iss", "aud", "sub", "role", "sid", "jti", "iat", "exp"]));
    }

    public static async Task<Ok<KeySet>> Keys(
        HttpContext http, SigningKeyRing ring, IOptions<SigningKeyOptions> options, CancellationToken cancel)
    {
        var keys = await ring.CurrentAsync(cancel);
        AllowCaching(http, options.Value);
        return TypedResults.Ok(new KeySet([.. keys.Published.Select(Public)]));
    }

    private static void AllowCaching(HttpContext http, SigningKeyOptions options) =>
        http.Response.Headers.CacheControl = $"public, max-age={(long)options.CacheFor.TotalSeconds}";

    private static PublicKey Public(RsaSecurityKey key) => new(
        "RSA", "sig", SecurityAlgorithms.RsaSha256, key.KeyId,
        Base64UrlEncoder.Encode(key.Parameters.Modulus), Base64UrlEncoder.Encode(key.Parameters.Exponent));
}
