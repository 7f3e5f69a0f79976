using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Users.Keys;

/// <summary>
/// A key that signs access tokens. It is published from its creation, signs from <see cref="ActiveFrom"/> until a
/// younger one does, and verifies until <see cref="RetiredAt"/>; then its private part is destroyed.
/// </summary>
internal sealed class SigningKey
{
    /// <summary>The data protection purpose of the private keys.</summary>
    public const string Purpose = "signing key";

    private const int Bits = 2048;

    /// <summary>The key's thumbprint (RFC 7638): the same key has the same id everywhere.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ActiveFrom { get; init; }
    public DateTimeOffset? RetiredAt { get; private set; }

    /// <summary>SubjectPublicKeyInfo.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>PKCS #8, encrypted by <see cref="KeyProtection"/>; empty once it is destroyed.</summary>
    public required byte[] PrivateKey { get; set; }

    public static SigningKey Create(IDataProtector protector, DateTimeOffset now, DateTimeOffset activeFrom)
    {
        using var rsa = RSA.Create(Bits);
        return new()
        {
            Id = Base64UrlEncoder.Encode(
                new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)).ComputeJwkThumbprint()),
            CreatedAt = now,
            ActiveFrom = activeFrom,
            PublicKey = rsa.ExportSubjectPublicKeyInfo(),
            PrivateKey = protector.Protect(rsa.ExportPkcs8PrivateKey()),
        };
    }

    /// <summary>Sets the end of a key that has a successor. It is set once and not changed later.</summary>
    public void Retire(DateTimeOffset at) => RetiredAt ??= at;

    public void DestroyPrivatePart() => PrivateKey = [];

    public bool VerifiesAt(DateTimeOffset now) => RetiredAt is null || now < RetiredAt;

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
        return new(
            new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: true)) { KeyId = Id },
            SecurityAlgorithms.RsaSha256);
    }
}
