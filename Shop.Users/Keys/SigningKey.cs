using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Users.Keys;

/// <summary>
/// A key that signs access tokens. It is published from its creation, signs from <see cref="ActiveFrom"/> until a
/// younger one is active, and verifies until <see cref="RetiredAt"/>.
/// </summary>
internal sealed class SigningKey
{
    private const int Bits = 2048;

    /// <summary>The key's thumbprint (RFC 7638): the same key has the same id everywhere.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ActiveFrom { get; init; }
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>SubjectPublicKeyInfo.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>PKCS #8, encrypted by <see cref="KeyProtection"/>.</summary>
    public required byte[] PrivateKey { get; init; }

    public static SigningKey Create(IDataProtector protector, DateTimeOffset now)
    {
        using var rsa = RSA.Create(Bits);
        return new()
        {
            Id = Base64UrlEncoder.Encode(new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)).ComputeJwkThumbprint()),
            CreatedAt = now,
            ActiveFrom = now,
            PublicKey = rsa.ExportSubjectPublicKeyInfo(),
            PrivateKey = protector.Protect(rsa.ExportPkcs8PrivateKey()),
        };
    }

    public RsaSecurityKey Public()
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(PublicKey, out _);
        return new(rsa.ExportParameters(includePrivateParameters: false)) { KeyId = Id };
    }

    public SigningCredentials Credentials(IDataProtector protector)
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(protector.Unprotect(PrivateKey), out _);
        return new(new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: true)) { KeyId = Id }, SecurityAlgorithms.RsaSha256);
    }
}
