using System.Text.RegularExpressions;

namespace Shop.Tests.Security;

/// <summary>Secrets come from the configuration of whoever runs the shop, never from its sources.</summary>
public partial class RepositorySecretsTests
{
    /// <summary>
    /// The password of the two demo accounts, which exist in Development only and are printed at start, and what tests
    /// and the examples of the API use.
    /// </summary>
    private static readonly string[] Known =
    [
        "correct horse battery staple", "a long walk on the beach", "another walk on the beach", "not this one",
        "not my password 7001",
    ];

    private static readonly string[] Sources =
    [
        .. ((string[])[
            "*.cs", "*.json", "*.http", "*.md", "*.yml", "*.yaml", "*.props", "*.targets", "*.csproj", "*.sh", "*.xml",
            "*.config", "*.env", "*.txt", "*.html", "*.js", "run",
        ])
            .SelectMany(pattern => Repository.Files(pattern))
            .Where(file => !file.EndsWith("/RepositorySecretsTests.cs", StringComparison.Ordinal)),
    ];

    [Fact, Trait("Checklist", "X")]
    public void The_repository_has_no_private_keys()
    {
        Assert.NotEmpty(Sources);
        Assert.DoesNotContain(Sources, file => Key().IsMatch(Repository.Read(file)));
        Assert.Empty(
            ((string[])[
                "*.pem", "*.pfx", "*.p12", "*.key", "*.jks", "*.snk", "id_rsa*", "secrets.json", ".env",
                "*.kubeconfig",
            ]).SelectMany(pattern => Repository.Files(pattern)));
    }

    [Fact, Trait("Checklist", "X")]
    public void The_repository_has_no_real_passwords()
    {
        // A test makes up what it needs; what is configuration of the product is looked at closely.
        var found = from file in Sources
                    where !file.StartsWith("Shop.Tests/", StringComparison.Ordinal)
                    from match in Password().Matches(Repository.Read(file)).Cast<Match>()
                    let value = match.Groups["value"].Value
                    where !Known.Contains(value) && !value.Contains('{') && !value.Contains('<') && !value.Contains('$')
                    select $"{file}: {match.Value}";

        Assert.Empty(found);
    }

    [GeneratedRegex(
        @"-----BEGIN (\w+ )?PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abp]-[A-Za-z0-9-]{20}|\beyJhbGciOi[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}|\bsk_live_[A-Za-z0-9]{16}|\bAIza[0-9A-Za-z_-]{35}")]
    private static partial Regex Key();

    [GeneratedRegex(
        @"(?i)[""']?(password|passwd|pwd|secret|api_?key)[""']?\s*[:=]\s*[""'](?<value>[^""'\r\n]{6,})[""']")]
    private static partial Regex Password();
}
