using System.Security.Cryptography.X509Certificates;

namespace Shop.Users.Keys;

/// <summary>
/// The certificate (PKCS #12 with its private key) that encrypts the keys in usersdb; configuration section
/// <c>Users:KeyEncryption</c>.
/// </summary>
internal sealed class KeyEncryptionOptions
{
    /// <summary>A file.</summary>
    public string? Certificate { get; init; }

    /// <summary>
    /// Or the content itself in Base64, as a vault of secrets hands out a certificate. It comes before the file.
    /// </summary>
    public string? CertificateData { get; init; }

    /// <summary>Of the file or the content, when it has one.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// The content of the certificate before this one, in Base64, with the same password. While it is here, what it has
    /// encrypted can be read; data protection encrypts its next key, three months at the latest, with the new one.
    /// </summary>
    public string? PreviousCertificateData { get; init; }

    public X509Certificate2? Current() =>
        Load(CertificateData, Password)
        ?? (string.IsNullOrEmpty(Certificate)
            ? null
            : X509CertificateLoader.LoadPkcs12FromFile(Certificate, Password));

    public X509Certificate2? Previous() => Load(PreviousCertificateData, Password);

    private static X509Certificate2? Load(string? data, string? password) => string.IsNullOrEmpty(data)
        ? null
        : X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(data), password);
}
