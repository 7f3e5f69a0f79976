using System.Text.Json;

namespace Shop.Tests.Security;

/// <summary>
/// Public collections of bad input that are too large for the repository: in the folder SHOP_TEST_DATA, or beside the
/// repository in shared/data.
/// </summary>
internal static class TestData
{
    private static readonly string Root = Environment.GetEnvironmentVariable("SHOP_TEST_DATA") is
    {
        Length: > 0
    } configured
        ? configured
        : Path.GetFullPath(Path.Combine(Repository.Root, "../shared/data"));

    /// <summary>The Big List of Naughty Strings.</summary>
    public static IReadOnlyList<string> NaughtyStrings()
    {
        var file = Present(
            Path.Combine(Root, "blns/blns.json"),
            File.Exists,
            "https://github.com/minimaxir/big-list-of-naughty-strings");
        return JsonSerializer.Deserialize<string[]>(File.ReadAllText(file))!;
    }

    /// <summary>
    /// The parsing tests of JSONTestSuite: <c>y_</c> is JSON, <c>n_</c> is not, about <c>i_</c> opinions differ.
    /// </summary>
    public static IReadOnlyList<(string Name, byte[] Content)> JsonFiles()
    {
        var folder = Present(
            Path.Combine(Root, "jsontestsuite/test_parsing"), Directory.Exists, "https://github.com/nst/JSONTestSuite");
        return [
            .. Directory.EnumerateFiles(folder, "*.json")
                .Order(StringComparer.Ordinal)
                .Select(file => (Path.GetFileName(file), File.ReadAllBytes(file))),
        ];
    }

    private static string Present(string path, Func<string, bool> exists, string source)
    {
        Assert.SkipUnless(
            exists(path), $"There is no {path}. Put {source} there, or say where it is by SHOP_TEST_DATA.");
        return path;
    }
}
