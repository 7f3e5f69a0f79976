using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

/// <summary>
/// The format of the tokens that Users issues. A token of any other format is refused before its content is used: it
/// has no header member that influences verification (<c>jku</c>, <c>jwk</c>, <c>crit</c>, <c>zip</c>, <c>b64</c>), and
/// no member twice, so two parsers cannot read it differently.
/// </summary>
internal static class AccessTokenFormat
{
    public const string Type = "at+jwt";

    private const string Scheme = "Bearer ";
    private const int MaxLength = 4096;
    private const int MaxKeyIdLength = 64;

    private static readonly SearchValues<char> Base64UrlAlphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // A claim that a later version of Users adds is harmless; an unknown header member may not be.
    private static readonly JsonSerializerOptions IgnoreUnknownMembers =
        new(Json.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private sealed record Header(string Alg, string Typ, string Kid);

    private sealed record Payload(
        string Iss, string Aud, Guid Sub, string Role, Guid Sid, string Jti, long Iat, long Exp, long? Nbf = null);

    /// <summary>
    /// Reads the token from the header <c>Authorization</c> if it has the right format. Its signature still has to be
    /// verified.
    /// </summary>
    /// <param name="authorization">The header's values. Exactly one is allowed.</param>
    /// <param name="latestExpiry">
    /// A token that expires later is refused. The time of issue is not compared with our clock: if that is behind,
    /// every new token seems to come from the future.
    /// </param>
    /// <param name="token">The token.</param>
    public static bool TryRead(StringValues authorization, DateTimeOffset latestExpiry, out string token)
    {
        token = "";
        if (authorization is not [{ Length: <= MaxLength } value]
            || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;

        token = value[Scheme.Length..];
        return token.Split('.') is [var header, var payload, var signature]
            && IsValid(Read<Header>(header, Json.Web))
            && IsValid(Read<Payload>(payload, IgnoreUnknownMembers), latestExpiry.ToUnixTimeSeconds())
            && Decode(signature) is { Length: > 0 };
    }

    private static bool IsValid(Header? header) =>
        header is { Alg: SecurityAlgorithms.RsaSha256, Typ: Type, Kid.Length: > 0 and <= MaxKeyIdLength }
        && !header.Kid.AsSpan().ContainsAnyExcept(Base64UrlAlphabet);

    private static bool IsValid(Payload? claims, long latestExpiry) =>
        claims is { Jti.Length: > 0, Role: Roles.Customer or Roles.Operator }
        && claims.Sub != Guid.Empty
        && claims.Iat >= 0 && claims.Exp <= latestExpiry
        && claims.Exp > claims.Iat
        && claims.Exp - claims.Iat <= (long)TokenVerificationOptions.LongestTokenLife.TotalSeconds;

    private static T? Read<T>(string part, JsonSerializerOptions options)
        where T : class
    {
        try
        {
            return Decode(part) is { } json ? JsonSerializer.Deserialize<T>(json, options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decode(string part)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        if (part.AsSpan().ContainsAnyExcept(Base64UrlAlphabet)
            || Base64Url.DecodeFromChars(part, bytes, out _, out var written) != OperationStatus.Done)
        {
            return null;
        }

        // The last character may have unused bits, so the same bytes have several encodings; only the canonical one
        // counts.
        Array.Resize(ref bytes, written);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}
