using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>Tokens that nobody should accept, made of good ones.</summary>
internal static class AuthorizationTokens
{
    /// <summary>Well formed, of the right issuer, and signed by nobody.</summary>
    public static string Garbage(string token)
    {
        var parts = token.Split('.');
        return $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(256))}";
    }

    /// <summary>
    /// The same token as it would be an hour later, with the signature of Users: its key is read from its database.
    /// </summary>
    public static async Task<string> ExpiredAsync(RunningShop shop, string token)
    {
        var parts = token.Split('.');
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        foreach (var time in (string[])["exp", "iat", "nbf"])
        {
            if (claims[time] is { } value)
                claims[time] = (long)value - 3600;
        }

        var signed = $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var keyId = (string)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["kid"]!;
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(await PrivateKeyAsync(shop, keyId), out _);
        return $"{signed}.{Base64Url.EncodeToString(
            rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static async Task<byte[]> PrivateKeyAsync(RunningShop shop, string keyId)
    {
        var locked = await shop.ScalarAsync<byte[]>(
            "usersdb", "SELECT private_key FROM users.signing_keys WHERE id = $1", keyId);
        var keys = await shop.RowsAsync(
            "usersdb", "SELECT xml FROM users.data_protection_keys", row => XElement.Parse(row.GetString(0)));
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("shop-users");
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new Known(keys));
        await using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("signing key").Unprotect(locked);
    }

    private sealed class Known(IReadOnlyCollection<XElement> keys) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => keys;

        public void StoreElement(XElement element, string friendlyName) =>
            throw new InvalidOperationException("These keys are only read.");
    }
}
