using System.Reflection;
using System.Xml.Linq;

namespace Shop.Tests.Architecture;

public class StandIns
{
    public static TheoryData<string> All => [.. Directory.GetDirectories(Path.Combine(Repository.Root, "local")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(All))]
    public void Say_what_they_cover_and_what_they_leave_out(string package) =>
        Assert.True(Repository.Read($"local/{package}/README.md").Length > 200);

    [Theory]
    [MemberData(nameof(All))]
    public void Are_referenced_as_packages_and_never_by_path(string package)
    {
        var projects = Repository.Files("*.csproj").ToDictionary(file => file, file => XDocument.Load(Path.Combine(Repository.Root, file)));
        var asPackage = projects.Where(project => Includes(project.Value, "PackageReference").Contains(package)).Select(project => project.Key);
        var byPath = projects
            .Where(project => !project.Key.StartsWith("local/", StringComparison.Ordinal))
            .Where(project => Includes(project.Value, "ProjectReference").Any(reference => reference.Contains("local/", StringComparison.Ordinal)))
            .Select(project => project.Key);

        // Aspire.Hosting comes with Aspire.Hosting.AppHost, as it does from nuget.org.
        Assert.True(asPackage.Any() || package == "Aspire.Hosting", $"Nobody references {package}.");
        Assert.Empty(byPath);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Are_built_in_exactly_when_Aspire_is_not_used(string package)
    {
        if (!HasAssembly(package))
            return;

        var standsIn = Assembly.Load(package).GetCustomAttributes<AssemblyMetadataAttribute>().Any(attribute => attribute.Key == "StandsInFor" && attribute.Value == package);

        Assert.Equal(!Repository.UsesAspire, standsIn);
    }

    [Fact]
    public void Are_swapped_in_one_place_alone()
    {
        var mentions = Repository.Files("*.csproj").Concat(Repository.Files("*.props")).Concat(Repository.Files("*.targets"))
            .Where(file => !file.StartsWith("local/", StringComparison.Ordinal) && Repository.Read(file).Contains("local/", StringComparison.Ordinal));

        Assert.Equal(["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"], mentions.Append("Directory.Build.props").Append("Directory.Packages.props").Distinct().Order());
    }

    // Microsoft.Extensions.ServiceDiscovery.Yarp and the like are reached only through a service, not by the tests themselves.
    private static bool HasAssembly(string package) => File.Exists(Path.Combine(AppContext.BaseDirectory, $"{package}.dll"));

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(reference => ((string?)reference.Attribute("Include") ?? "").Replace('\\', '/'));
}
