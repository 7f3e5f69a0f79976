using System.Globalization;
using System.Text.Json.Nodes;

namespace Shop.Tests.Architecture;

/// <summary>
/// Whoever is on duty reads the limits in docs/operations.md; the gateway reads them in its settings.
/// </summary>
public class QuotaTests
{
    [Theory]
    [InlineData("User")]
    [InlineData("Address")]
    [InlineData("Session")]
    [InlineData("Cart")]
    public void Documented_quotas_are_the_configured_ones(string limit)
    {
        var row = Repository.Read("docs/operations.md").Split('\n')
            .Single(line => line.StartsWith($"| `{limit.ToLowerInvariant()}` |", StringComparison.Ordinal));

        Assert.Contains($" | {Quota("appsettings.json", limit)} in ", row, StringComparison.Ordinal);
        Assert.EndsWith($" | {Quota("appsettings.Development.json", limit)} |", row, StringComparison.Ordinal);
    }

    private static string Quota(string file, string limit)
    {
        var settings = JsonNode.Parse(Repository.Read($"Shop.Gateway/{file}"))!;
        return ((int)settings["RateLimits"]![limit]!["Quota"]!).ToString("N0", CultureInfo.InvariantCulture);
    }
}
