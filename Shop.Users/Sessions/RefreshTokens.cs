using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Shop.Users.Keys;

namespace Shop.Users.Sessions;

/// <summary>
/// Creates and parses refresh tokens: 256 random bits, stored only as SHA-256. A successor is derived from its
/// predecessor with the session's secret key, so that a repeated request gets the same one although no token is stored.
/// </summary>
internal sealed class RefreshTokens(KeyProtection protection)
{
    private const int Size = 32;

    private readonly IDataProtector _keys = protection.For("session rotation key");

    public static byte[] NewToken() => RandomNumberGenerator.GetBytes(Size);

    public byte[] NewRotationKey() => _keys.Protect(RandomNumberGenerator.GetBytes(Size));

    public byte[] Successor(Session session, byte[] token) =>
        HMACSHA256.HashData(_keys.Unprotect(session.RotationKey), token);

    public static byte[] Hash(byte[] token) => SHA256.HashData(token);

    public static string Write(byte[] token) => Base64Url.EncodeToString(token);

    public static bool TryRead(string text, out byte[] token)
    {
        token = new byte[Size];
        return text.Length == Base64Url.GetEncodedLength(Size)
            && Base64Url.DecodeFromChars(text, token, out _, out var written) == OperationStatus.Done
            && written == Size;
    }
}
