using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Shop.Tests.Messaging;
using Shop.Users.Keys;

namespace Shop.Tests.Deployment;

/// <summary>Users' keys are encrypted by a certificate that comes as a secret, and that can be exchanged.</summary>
[Collection(nameof(Backends))]
public sealed class KeyEncryptionTests(Backends backends)
{
    private const string Data = "Users:KeyEncryption:CertificateData";

    [Fact]
    public async Task A_new_certificate_reads_what_the_previous_one_has_encrypted()
    {
        var (first, second) = (NewCertificate(), NewCertificate());
        await using var database = await DeployedDatabase.CreateAsync(backends);
        Assert.Equal(0, (await database.MigrateAsync("users", "--grant", database.Role)).ExitCode);

        var secret = Use(database, protector => protector.Protect("secret"), (Data, first));
        var read = Use(
            database,
            protector => protector.Unprotect(secret),
            (Data, second), ("Users:KeyEncryption:PreviousCertificateData", first));

        Assert.Equal("secret", read);
        Assert.Throws<CryptographicException>(
            () => Use(database, protector => protector.Unprotect(secret), (Data, second)));
        Assert.Equal(
            "<encryptedSecret",
            await database.ExecuteAsync(
                database.Role,
                "SELECT substring(xml from '<encryptedSecret') FROM users.data_protection_keys LIMIT 1"));
    }

    [Fact]
    public async Task A_file_and_a_secret_are_the_same_certificate()
    {
        const string Password = "a word of its own";
        var certificate = NewCertificate(Password);
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7()}.pfx");
        await File.WriteAllBytesAsync(
            file, Convert.FromBase64String(certificate), TestContext.Current.CancellationToken);
        try
        {
            await using var database = await DeployedDatabase.CreateAsync(backends);
            Assert.Equal(0, (await database.MigrateAsync("users", "--grant", database.Role)).ExitCode);
            var word = ("Users:KeyEncryption:Password", Password);

            var secret = Use(
                database,
                protector => protector.Protect("secret"),
                ("Users:KeyEncryption:Certificate", file), word);
            var read = Use(database, protector => protector.Unprotect(secret), (Data, certificate), word);

            Assert.Equal("secret", read);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string NewCertificate(string? password = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            "CN=shop-users", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        return Convert.ToBase64String(certificate.Export(X509ContentType.Pkcs12, password));
    }

    /// <summary>A replica that has just started, with these settings.</summary>
    private static string Use(
        DeployedDatabase database, Func<IDataProtector, string> use, params (string Name, string Value)[] settings)
    {
        var app = DeployedService.Build("users", builder =>
        {
            builder.Configuration["ConnectionStrings:usersdb"] = database.ConnectionOf(database.Role);
            foreach (var (name, value) in settings)
                builder.Configuration[name] = value;
        });
        using ((IDisposable)app)
            return use(app.Services.GetRequiredService<KeyProtection>().For("test"));
    }
}
