using System.Text;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>Secrets that are known to a test, to be searched for wherever they should not be.</summary>
internal sealed class Canaries
{
    public const string PaymentToken = "tok_canary_7d1f0c9b2a";

    private readonly Dictionary<string, string> _secrets = [];

    public IReadOnlyDictionary<string, string> All => _secrets;

    public void Plant(string what, string? secret)
    {
        Assert.False(string.IsNullOrEmpty(secret), what);
        _secrets[what] = secret;
        // Where the text itself is not, an encoded form of it may be.
        if (Uri.EscapeDataString(secret) is var escaped && escaped != secret)
            _secrets[$"{what}, escaped"] = escaped;

        _secrets[$"{what}, in Base64"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=')[..^1];
    }

    /// <summary>The passwords of the connection strings that the services were given.</summary>
    public async Task PlantConnectionsAsync(RunningShop shop)
    {
        foreach (var resource in (string[])["usersdb", "ordersdb", "paymentsdb", "shippingdb", "redis"])
        {
            var connection = await shop.App.GetConnectionStringAsync(resource, TestContext.Current.CancellationToken);
            var password = connection!.Split(';', ',')
                .Select(part => part.Split('=', 2))
                .Single(part => part[0].Trim().Equals("password", StringComparison.OrdinalIgnoreCase));
            Plant($"the password of {resource}", password[1].Trim());
        }
    }

    /// <summary>The names, not the values, of what is in a text.</summary>
    public IEnumerable<string> In(string text) =>
        _secrets.Where(secret => text.Contains(secret.Value, StringComparison.Ordinal)).Select(secret => secret.Key);
}
