using System.Reflection;
using System.Text.RegularExpressions;

namespace Shop.Tests.Architecture;

/// <summary>
/// docs/security.md says which test proves which line of the checklist. It may not promise what isn't there.
/// </summary>
public partial class SecurityChecklistTests
{
    /// <summary>How many lines each letter of the checklist has; J17 does not exist.</summary>
    private static readonly string[] Lines =
    [
        .. Letter("J", 19).Except(["J17"]), .. Letter("A", 9), .. Letter("B", 9), .. Letter("I", 9),
        .. Letter("H", 10), .. Letter("R", 8), .. Letter("K", 8),
        "E", "C", "X", "S2",
    ];

    [Fact]
    public void The_checklist_has_a_row_for_every_requirement()
    {
        var rows = Rows().Select(row => row.Line).ToArray();
        Assert.Equal(Lines.Order(), rows.Order());
    }

    [Fact]
    public void Every_row_names_a_test_or_says_why_there_is_none()
    {
        var wrong = Rows().SelectMany(row => row.Tests is []
            ? row.Text.Contains("ADR", StringComparison.Ordinal)
                || row.Text.Contains("does not apply", StringComparison.Ordinal)
                ? []
                : [$"{row.Line}: neither a test nor a reason"]
            : row.Tests.Where(test => !Claims(test, row.Line))
                .Select(test => $"{row.Line}: {test} is no test with the trait Checklist {row.Line}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_test_that_claims_a_requirement_is_in_the_checklist()
    {
        var rows = Rows().ToDictionary(row => row.Line, row => row.Tests);
        var tests = typeof(SecurityChecklistTests).Assembly.GetTypes()
            .SelectMany(
                type =>
                    type.GetMethods()
                        .SelectMany(
                            method =>
                                ClaimsOf(type, method)
                                    .Select(line => (Line: line, Test: method.Name, Class: type.Name))))
            .ToArray();
        Assert.NotEmpty(tests);
        Assert.DoesNotContain(
            tests,
            test =>
                !rows.TryGetValue(test.Line, out var named) || !named.Any(name => name.Split('.')[0] == test.Class));
    }

    private static IEnumerable<string> Letter(string letter, int count) =>
        Enumerable.Range(1, count).Select(number => $"{letter}{number}");

    private static (string Line, string[] Tests, string Text)[] Rows() =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "security.md"))
            .Select(line => Row().Match(line))
            .Where(row => row.Success)
            .Select(
                row =>
                    (
                        row.Groups["line"].Value,
                        Test().Matches(row.Value).Select(test => test.Groups[1].Value).ToArray(), row.Value)),
    ];

    private static bool Claims(string test, string line)
    {
        var (name, method) = test.Split('.') is [var of, var one] ? (of, one) : (test, null);
        return typeof(SecurityChecklistTests).Assembly.GetTypes()
            .Where(type => type.Name == name)
            .SelectMany(
                type =>
                    type.GetMethods()
                        .Where(candidate => method is null || candidate.Name == method)
                        .SelectMany(candidate => ClaimsOf(type, candidate)))
            .Contains(line);
    }

    private static IEnumerable<string> ClaimsOf(Type type, MethodInfo method) =>
        method.GetCustomAttributes<FactAttribute>().Any()
            ? new MemberInfo[] { type, method }
                .SelectMany(member => member.GetCustomAttributes<TraitAttribute>())
                .Where(trait => trait.Name == "Checklist")
                .Select(trait => trait.Value)
            : [];

    [GeneratedRegex(@"^\| (?<line>[A-Z]\d*) \|.*$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`([A-Z]\w+(?:\.\w+)?)`")]
    private static partial Regex Test();
}
