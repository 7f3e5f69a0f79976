using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Shop.Users.Keys;

namespace Shop.Users.Sessions;

/// <summary>
/// Makes and reads refresh tokens: 256 bits that say nothing, stored only as SHA-256. A successor is derived from its
/// predecessor by the session's secret key, so that asking twice gives the same one although no token is ever stored.
/// </summary>
internal sealed class RefreshTokens(KeyProtection protection)
{
    private const int Size = 32;

    private readonly IDataProtector _keys = protection.For("session rotation key");

    public static byte[] NewToken() => RandomNumberGenerator.GetBytes(Size);

    public byte[] NewRotationKey() => _keys.Protect(RandomNumberGenerator.GetBytes(Size));

    public byte[] Successor(Session session, byte[] token) => HMACSHA256.HashData(_keys.Unprotect(session.RotationKey), token);

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
