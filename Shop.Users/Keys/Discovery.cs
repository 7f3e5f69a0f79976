using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Users.Keys;

/// <summary>What a verifier of our tokens needs, in the two documents that every OpenID Connect library reads.</summary>
internal static class Discovery
{
    private const string CacheControl = "public, max-age=300";

    /// <summary>The members of OpenID Connect Discovery 1.0 that are true of us; there is no authorization endpoint.</summary>
    public sealed record Document(
        [property: JsonPropertyName("issuer")] string Issuer,
        [property: JsonPropertyName("jwks_uri")] string KeysAt,
        [property: JsonPropertyName("response_types_supported")] IReadOnlyList<string> ResponseTypes,
        [property: JsonPropertyName("subject_types_supported")] IReadOnlyList<string> SubjectTypes,
        [property: JsonPropertyName("id_token_signing_alg_values_supported")] IReadOnlyList<string> Algorithms,
        [property: JsonPropertyName("claims_supported")] IReadOnlyList<string> Claims);

    public sealed record KeySet(IReadOnlyList<PublicKey> Keys);

    /// <summary>A list of what is public: a private member can't slip in.</summary>
    public sealed record PublicKey(string Kty, string Use, string Alg, string Kid, string N, string E);

    public static Ok<Document> Configuration(HttpContext http, IOptionsMonitor<JwtBearerOptions> verification)
    {
        var issuer = verification.Get(JwtBearerDefaults.AuthenticationScheme).TokenValidationParameters.ValidIssuer;
        http.Response.Headers.CacheControl = CacheControl;
        return TypedResults.Ok(new Document(
            issuer,
            // At the issuer, as the standard has it. The host that was asked for is only what the caller says.
            $"{issuer.TrimEnd('/')}/.well-known/jwks.json",
            ResponseTypes: ["token"],
            SubjectTypes: ["public"],
            Algorithms: [SecurityAlgorithms.RsaSha256],
            Claims: ["iss", "aud", "sub", "role", "sid", "jti", "iat", "exp"]));
    }

    public static async Task<Ok<KeySet>> Keys(HttpContext http, SigningKeyRing ring, CancellationToken cancel)
    {
        var keys = await ring.CurrentAsync(cancel);
        http.Response.Headers.CacheControl = CacheControl;
        return TypedResults.Ok(new KeySet([.. keys.Published.Select(Public)]));
    }

    private static PublicKey Public(RsaSecurityKey key) => new(
        "RSA", "sig", SecurityAlgorithms.RsaSha256, key.KeyId,
        Base64UrlEncoder.Encode(key.Parameters.Modulus), Base64UrlEncoder.Encode(key.Parameters.Exponent));
}
