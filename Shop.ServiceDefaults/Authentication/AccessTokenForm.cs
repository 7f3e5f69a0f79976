using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

/// <summary>
/// The form of the tokens that Users issues. Whatever has another form is refused before any of it is believed: a
/// header member that steers verification (<c>jku</c>, <c>jwk</c>, <c>crit</c>, <c>zip</c>, <c>b64</c>) is not in it,
/// and no member is there twice, so there is nothing that two readers could understand in two ways.
/// </summary>
internal static class AccessTokenForm
{
    public const string Type = "at+jwt";

    private const string Scheme = "Bearer ";
    private const int Longest = 4096;
    private const int LongestKeyId = 64;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // A claim that a later version of Users adds does no harm; a member of the header might.
    private static readonly JsonSerializerOptions KnowingMore =
        new(Json.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private sealed record Header(string Alg, string Typ, string Kid);

    private sealed record Payload(
        string Iss, string Aud, Guid Sub, string Role, Guid Sid, string Jti, long Iat, long Exp, long? Nbf = null);

    /// <summary>
    /// Takes the token out of the header <c>Authorization</c> if it has the form; who signed it is still to be
    /// verified.
    /// </summary>
    /// <param name="authorization">The header's values: two are as wrong as none.</param>
    /// <param name="latestEnd">
    /// A token that lives longer is refused. When it was issued does not matter beside that: by a clock that is behind,
    /// every new token comes from the future.
    /// </param>
    /// <param name="token">The token.</param>
    public static bool TryRead(StringValues authorization, DateTimeOffset latestEnd, out string token)
    {
        token = "";
        if (authorization is not [{ Length: <= Longest } value]
            || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;

        token = value[Scheme.Length..];
        return token.Split('.') is [var header, var payload, var signature]
            && Fits(Read<Header>(header, Json.Web))
            && Fits(Read<Payload>(payload, KnowingMore), latestEnd.ToUnixTimeSeconds())
            && Decode(signature) is { Length: > 0 };
    }

    private static bool Fits(Header? header) =>
        header is { Alg: SecurityAlgorithms.RsaSha256, Typ: Type, Kid.Length: > 0 and <= LongestKeyId }
        && !header.Kid.AsSpan().ContainsAnyExcept(Letters);

    private static bool Fits(Payload? claims, long latestEnd) =>
        claims is { Jti.Length: > 0, Role: Roles.Customer or Roles.Operator }
        && claims.Sub != Guid.Empty
        && claims.Iat >= 0 && claims.Exp <= latestEnd
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
        if (part.AsSpan().ContainsAnyExcept(Letters)
            || Base64Url.DecodeFromChars(part, bytes, out _, out var written) != OperationStatus.Done)
        {
            return null;
        }

        // The last letter may have bits to spare; of all spellings of the same bytes one counts.
        Array.Resize(ref bytes, written);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}
