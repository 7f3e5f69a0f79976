using System.Data.Common;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Keys;

/// <summary>
/// Encrypts secrets that are stored in usersdb. The keys of data protection are in the same database, so that all
/// replicas share them. The provider is separate from the host's: the host would load its keys before the migrations
/// have run.
/// </summary>
internal sealed class KeyProtection : IDisposable
{
    private readonly ServiceProvider _services;

    public KeyProtection(
        IServiceScopeFactory scopes, IConfiguration configuration, IHostEnvironment environment, ILoggerFactory logs)
    {
        var services = new ServiceCollection();
        services.AddSingleton(logs);
        services.AddLogging();
        var protection = services.AddDataProtection().SetApplicationName("shop-users");
        // Without a certificate, whoever has the database has these keys too.
        var certificates = configuration.GetSection("Users:KeyEncryption").Get<KeyEncryptionOptions>() ?? new();
        if (certificates.Current() is { } current)
            protection.ProtectKeysWithCertificate(current);

        if (certificates.Previous() is { } previous)
            protection.UnprotectKeysWithAnyCertificate(previous);

        services.Configure<KeyManagementOptions>(options =>
        {
            options.XmlRepository = new KeysInUsersDb(scopes);
            // Explicit, so that data protection does not warn: a developer's database holds no secrets.
            if (environment.IsDevelopment())
                options.XmlEncryptor ??= new NullXmlEncryptor();
        });
        _services = services.BuildServiceProvider();
    }

    public IDataProtector For(string purpose) =>
        _services.GetRequiredService<IDataProtectionProvider>().CreateProtector(purpose);

    /// <summary>
    /// Whether decryption failed only because the database is unavailable. Data protection throws the same exception
    /// for a key that it can never decrypt.
    /// </summary>
    public static bool IsAway(CryptographicException failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException or TimeoutException)
                return true;
        }

        return false;
    }

    public void Dispose() => _services.Dispose();

    // Data protection reads and writes its keys synchronously, at start and once a day.
    private sealed class KeysInUsersDb(IServiceScopeFactory scopes) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            using var scope = scopes.CreateScope();
            var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
            return [
                .. db.DataProtectionKeys.AsNoTracking()
                    .OrderBy(key => key.Id)
                    .Select(key => key.Xml)
                    .AsEnumerable()
                    .Select(xml => XElement.Parse(xml)),
            ];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            using var scope = scopes.CreateScope();
            var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
            db.DataProtectionKeys.Add(
                new()
                {
                    Id = Guid.CreateVersion7(),
                    Name = friendlyName,
                    Xml = element.ToString(SaveOptions.DisableFormatting),
                });
            db.SaveChanges();
        }
    }
}

/// <summary>One element of data protection's key ring: a key, or the revocation of one.</summary>
internal sealed class DataProtectionKey
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Xml { get; init; }
}
