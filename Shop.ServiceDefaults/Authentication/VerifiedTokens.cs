using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

/// <summary>
/// Remembers whom verified tokens name, so that signature and parsing are paid once for a token and not for each of its
/// requests (ADR 0037). What is remembered counts as long as the very key that verified the token is in use and the
/// token's time is not over. Of the token itself only a hash is kept.
/// </summary>
internal sealed class VerifiedTokens(JwksCache keys) : IDisposable
{
    // Of about two kilobytes each. A token for which there is no room is verified each time.
    private const int Most = 5000;
    private static readonly TimeSpan KeptUnused = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _tokens = new(new MemoryCacheOptions { SizeLimit = Most });

    /// <summary>Whom the token names, if it was verified before and still counts.</summary>
    /// <param name="authorization">The header that the token is in.</param>
    /// <param name="isInTime">Decides whether the token's time has begun and is not over.</param>
    public ClaimsPrincipal? Find(string authorization, LifetimeValidator isInTime) =>
        _tokens.TryGetValue(HashOf(authorization), out Verified? token)
        && keys.IsInUse(token!.Key)
        && isInTime(token.From, token.To, null, null)
            ? token.Caller
            : null;

    /// <summary>Remembers a token that has just been verified.</summary>
    /// <param name="authorization">The header that the token is in.</param>
    /// <param name="token">The token, with the key that verified it.</param>
    /// <param name="caller">Whom it names. Requests share it, so nobody may change it.</param>
    public void Remember(string authorization, SecurityToken token, ClaimsPrincipal caller)
    {
        if (!keys.IsInUse(token.SigningKey))
            return;

        DateTime? from = token.ValidFrom == DateTime.MinValue ? null : token.ValidFrom;
        _tokens.Set(
            HashOf(authorization),
            new Verified(caller, token.SigningKey, from, token.ValidTo),
            new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = KeptUnused });
    }

    public void Dispose() => _tokens.Dispose();

    private static string HashOf(string authorization) =>
        Convert.ToBase64String(SHA256.HashData(MemoryMarshal.AsBytes(authorization.AsSpan())));

    private sealed record Verified(ClaimsPrincipal Caller, SecurityKey Key, DateTime? From, DateTime To);
}
