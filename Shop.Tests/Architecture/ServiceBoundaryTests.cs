using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Shop.Tests.Architecture;

public partial class ServiceBoundaryTests
{
    private static readonly string[] Shared = ["Shop.Data", "Shop.Messaging", "Shop.ServiceDefaults"];

    public static TheoryData<string> All => [.. Repository.Services];

    [Theory]
    [MemberData(nameof(All))]
    public void Services_reference_only_the_shared_projects(string service)
    {
        var references = XDocument.Load(Path.Combine(Repository.Root, service, $"{service}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))
            .ToArray();

        Assert.NotEmpty(references);
        Assert.Empty(references.Except(Shared));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_service_loads_another(string service)
    {
        var references = Repository.Assembly(service).GetReferencedAssemblies().Select(name => name.Name).ToArray();

        Assert.Contains("Shop.ServiceDefaults", references);
        Assert.Empty(references.Intersect(Repository.Services));
    }

    [Fact]
    public void Every_service_is_in_the_app_host()
    {
        var composed = AddProject()
            .Matches(Repository.Read("Shop.AppHost/AppHost.cs"))
            .Select(match => match.Groups[1].Value.Replace('_', '.'));
        var programs = Repository.Files("Program.cs")
            .Select(file => file.Split('/')[0])
            .Where(project => project is not ("Shop.Load" or "Shop.Monolith"));

        Assert.Equal(Repository.Services, composed.Order());
        Assert.Equal(Repository.Services, programs.Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Only_the_module_of_a_service_is_public(string service)
    {
        var types = Repository.Assembly(service).GetTypes();
        // Program is made public by the SDK, migrations by dotnet ef.
        var visible = types.Where(type => type.IsVisible
            && type.Name != "Program"
            && type.Name != $"{service.Split('.')[1]}Module"
            && type.Namespace?.EndsWith(".Migrations", StringComparison.Ordinal) != true);

        Assert.NotEmpty(types);
        Assert.Empty(visible);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_service_has_a_module_and_a_short_program(string service)
    {
        var name = service.Split('.')[1];

        Assert.True(File.Exists(Path.Combine(Repository.Root, service, $"{name}Module.cs")));
        Assert.InRange(Repository.Read($"{service}/Program.cs").Split('\n').Length, 5, 20);
    }

    [Fact]
    public void No_two_services_share_a_database()
    {
        var databases = AddDatabase()
            .Matches(string.Concat(Repository.Files("*Module.cs", Repository.Services).Select(Repository.Read)))
                .Select(match => (Context: match.Groups[1].Value, Name: match.Groups[2].Value))
                .ToArray();

        // The simulated bank is a foreign party that lives in the database of Payments, with a schema of its own.
        Assert.Equal(
            ["ordersdb", "paymentsdb", "shippingdb", "usersdb"],
            databases.Where(database => database.Context != "BankDb").Select(database => database.Name).Order());
    }

    [GeneratedRegex(@"Add(?:Module|Gateway)<Projects\.(\w+)>")]
    private static partial Regex AddProject();

    [GeneratedRegex("""AddDatabase<(\w+)>\(\s*"(\w+)""")]
    private static partial Regex AddDatabase();
}
