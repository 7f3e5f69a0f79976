using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Shop.Tests.Architecture;

/// <summary>What comes from others may be used by everybody who copies this, and has no known holes.</summary>
public class DependencyTests
{
    /// <summary>SPDX names of licences that ask for nothing but to be named.</summary>
    private static readonly string[] Allowed =
    [
        "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "0BSD", "MS-PL",
    ];

    /// <summary>MPL-2.0 asks for changes of its own files. It is used as it is, in tests, and never shipped.</summary>
    private static readonly string[] OnlyInTests = ["Deque.AxeCore.Commons/4.14.0"];

    [Fact, Trait("Checklist", "X")]
    public void Every_package_has_a_permissive_licence()
    {
        var packages = Packages();
        var unread = packages.Where(package => package.Folder is null).Select(package => package.Id).ToArray();
        var refused = packages.Where(package => package.Folder is not null && !OnlyInTests.Contains(package.Id))
            .Select(package => (package.Id, Licence: LicenceOf(package.Folder!)))
            .Where(package => !package.Licence.Split(" OR ").Any(choice => choice.Split(" AND ").All(Allowed.Contains)))
            .Select(package => $"{package.Id}: {package.Licence}").ToArray();

        Assert.NotEmpty(packages);
        Assert.True(refused is [], string.Join('\n', refused));
        Assert.True(unread is [], $"Not in the package folder any more: {string.Join(", ", unread)}");
    }

    [Fact, Trait("Checklist", "X")]
    public void Every_restore_audits_packages_without_suppression()
    {
        var properties = Repository.Read("Directory.Build.props");
        Assert.Contains("<NuGetAudit>true</NuGetAudit>", properties, StringComparison.Ordinal);
        Assert.Contains("<NuGetAuditMode>all</NuGetAuditMode>", properties, StringComparison.Ordinal);
        Assert.Contains("<NuGetAuditLevel>low</NuGetAuditLevel>", properties, StringComparison.Ordinal);
        Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", properties, StringComparison.Ordinal);

        string[] builds =
        [
            .. Repository.Files("*.csproj"), .. Repository.Files("*.props"), .. Repository.Files("*.targets"),
        ];
        Assert.NotEmpty(builds);
        Assert.DoesNotContain(
            builds,
            file =>
                Repository.Read(file).Contains("NU190", StringComparison.Ordinal)
                    || Repository.Read(file).Contains("NuGetAuditSuppress", StringComparison.Ordinal));
    }

    [Fact]
    public void Package_versions_are_central()
    {
        var projects = Repository.Files("*.csproj");

        Assert.NotEmpty(projects);
        Assert.DoesNotContain(
            projects,
            file =>
                XDocument.Load(Path.Combine(Repository.Root, file))
                    .Descendants("PackageReference")
                    .Any(reference => reference.Attribute("Version") is not null));
    }

    [Fact]
    public void The_gateway_references_no_database_package()
    {
        Assert.NotEmpty(DatabasePackages("Shop.Data"));
        Assert.Empty(DatabasePackages("Shop.ServiceDefaults"));
        Assert.Empty(DatabasePackages("Shop.Gateway"));
    }

    /// <summary>EF Core and Npgsql in what a project needs, directly or by others.</summary>
    private static string[] DatabasePackages(string project) =>
    [
        .. JsonNode.Parse(Repository.Read($"{project}/obj/project.assets.json"))!["libraries"]!.AsObject()
            .Select(library => library.Key)
            .Where(name => name.Contains("EntityFrameworkCore", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("Npgsql", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("Shop.Data/", StringComparison.Ordinal)),
    ];

    /// <summary>What the last restore of each project put together, with the folder where it lies.</summary>
    private static (string Id, string? Folder)[] Packages() =>
    [
        .. (from assets in Directory.EnumerateFiles(Repository.Root, "project.assets.json", SearchOption.AllDirectories)
            let document = JsonNode.Parse(File.ReadAllText(assets))!
            from library in document["libraries"]!.AsObject()
            where (string?)library.Value!["type"] == "package"
            let folders = document["packageFolders"]!.AsObject()
                .Select(folder => Path.Combine(folder.Key, (string)library.Value["path"]!))
            select (library.Key, folders.FirstOrDefault(Directory.Exists)))
            .Distinct()
            .OrderBy(package => package.Key, StringComparer.Ordinal),
    ];

    private static string LicenceOf(string folder)
    {
        var metadata = XDocument.Load(Directory.EnumerateFiles(folder, "*.nuspec").Single()).Root!
            .Elements()
            .Single(element => element.Name.LocalName == "metadata");
        var licence = metadata.Elements().SingleOrDefault(element => element.Name.LocalName == "license");
        if ((string?)licence?.Attribute("type") == "expression")
            return licence!.Value.Trim('(', ')');

        // A licence by file or address is read by a person, who then adds it here.
        return (string?)metadata.Elements().SingleOrDefault(element => element.Name.LocalName == "id") is "Fractions"
            ? "BSD-2-Clause"
            : "unknown";
    }
}
