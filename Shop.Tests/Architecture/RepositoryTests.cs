using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Architecture;

public partial class RepositoryTests
{
    private const int MostColumns = 120;

    private static readonly string[] Sources =
    [
        .. Repository.Files("*.cs").Where(file => !file.Contains("/Migrations/", StringComparison.Ordinal)),
    ];

    [Fact]
    public void No_file_is_too_long()
    {
        Assert.NotEmpty(Sources);
        Assert.DoesNotContain(Sources, file => Repository.Read(file).Count(c => c == '\n') > 300);
    }

    /// <summary>The folders that keep to <c>max_line_length</c> of .editorconfig, which no compiler enforces.</summary>
    [Theory]
    [InlineData("Shop.AppHost")]
    [InlineData("Shop.Data")]
    [InlineData("Shop.Gateway")]
    [InlineData("Shop.Hosting.Native")]
    [InlineData("Shop.Load")]
    [InlineData("Shop.Messaging")]
    [InlineData("Shop.Monolith")]
    [InlineData("Shop.Orders")]
    [InlineData("Shop.Payments")]
    [InlineData("Shop.ServiceDefaults")]
    [InlineData("Shop.Shipping")]
    [InlineData("Shop.Tests")]
    [InlineData("Shop.Users")]
    public void No_line_is_too_long(string project)
    {
        string[] files =
        [
            .. ((string[])["*.cs", "*.css", "*.js", "*.html"]).SelectMany(kind => Repository.Files(kind, project))
                .Where(file => !IsGenerated(file)),
        ];
        var wide = files.SelectMany(file => File.ReadLines(Path.Combine(Repository.Root, file)).Index()
            .Where(line => line.Item.Length > MostColumns && !Literal().IsMatch(line.Item))
            .Select(line => $"{file}:{line.Index + 1} has {line.Item.Length} columns"));

        Assert.NotEmpty(files);
        Assert.Empty(wide);
    }

    [Fact]
    public void No_file_has_a_name_without_meaning()
    {
        Assert.DoesNotContain(Sources, file => EmptyName().IsMatch(file));
    }

    [Fact]
    public void No_source_has_a_to_do()
    {
        // Put together here, so that this file does not find itself.
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", nameof(NotImplementedException)];

        Assert.DoesNotContain(
            Sources,
            file =>
                !file.EndsWith("/RepositoryTests.cs", StringComparison.Ordinal)
                    && marks.Any(Repository.Read(file).Contains));
    }

    [Fact]
    public void One_SDK_version_is_named_everywhere()
    {
        var sdk = (string)JsonNode.Parse(Repository.Read("global.json"))!["sdk"]!["version"]!;
        var major = string.Join('.', sdk.Split('.').Take(2));

        Assert.Contains($"/sdk:{major}", Repository.Read(".devcontainer/devcontainer.json"), StringComparison.Ordinal);
        Assert.Contains(
            $"<TargetFramework>net{major}</TargetFramework>",
            Repository.Read("Directory.Build.props"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void CI_runs_the_commands_of_the_readme()
    {
        var readme = Repository.Read("README.md");

        Assert.Contains("dotnet run --project Shop.AppHost", readme, StringComparison.Ordinal);
        Assert.Contains("dotnet test", readme, StringComparison.Ordinal);
        Assert.Contains("dotnet test", Repository.Read(".ci/run"), StringComparison.Ordinal);
        Assert.Contains(".ci/run", Repository.Read(".github/workflows/ci.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reading_path_is_short_and_its_files_exist()
    {
        var path = ReadingPath().Matches(Repository.Read("docs/architecture.md"))
            .Select(
                match =>
                    (
                        Stage: match.Groups[1].Value,
                        Files: FileName().Matches(match.Groups[2].Value)
                            .Select(file => file.Groups[1].Value)
                            .ToArray()))
            .ToDictionary(stage => stage.Stage, stage => stage.Files);

        Assert.Equal(["accepted", "delivered", "shipped"], path.Keys.Order());
        Assert.InRange(path["accepted"].Length, 1, 8);
        Assert.InRange(path["accepted"].Length + path["shipped"].Length, 9, 21);
        Assert.InRange(path["delivered"].Length, 1, 9);
        Assert.All(
            path.Values.SelectMany(files => files),
            file => Assert.True(File.Exists(Path.Combine(Repository.Root, file)), file));
    }

    // A string with nothing but data in it, such as a regular expression or JSON, stays on its line.
    [GeneratedRegex("^\\s*[@$]*\"")]
    private static partial Regex Literal();

    private static bool IsGenerated(string file) => file.Contains("/Migrations/", StringComparison.Ordinal);

    [GeneratedRegex(@"(Manager|Helpers?|Utils?|Base|Impl|Dtos?|Common)\.cs$")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"^\| (accepted|shipped|delivered) \|(.*)\|\s*$", RegexOptions.Multiline)]
    private static partial Regex ReadingPath();

    [GeneratedRegex("`([^`]+\\.cs)`")]
    private static partial Regex FileName();
}
