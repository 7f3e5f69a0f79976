using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Deployment;

/// <summary>
/// What can be known of infra/ without Azure: by its compiler, and by rules that the compiler does not know.
/// </summary>
public sealed partial class InfraTests
{
    private static readonly string[] ProbeTypes = ["Startup", "Liveness", "Readiness"];

    public static TheoryData<string> Stages => ["dev", "prod"];

    [Fact]
    public async Task Every_file_compiles_and_the_linter_has_nothing_to_say()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Bicep.Infra, "*.bicep", SearchOption.AllDirectories),
            .. Directory.EnumerateFiles(Bicep.Infra, "*.bicepparam"),
        ];
        var reports = await Bicep.LintAsync();

        Assert.True(files.Length > 8, $"Only {files.Length} files.");
        Assert.Equal(files.Length, reports.Length);
        Assert.Empty(reports.SelectMany(findings => findings));
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task The_parameters_of_a_stage_are_complete(string stage)
    {
        var parameters = (await Bicep.ParametersAsync(stage))["parameters"]!;

        Assert.Equal(stage, (string?)parameters["stage"]!["value"]);
        Assert.Equal(5, parameters["services"]!["value"]!.AsArray().Count);
    }

    /// <summary>
    /// After a change that is meant: <c>bash infra/snapshot.sh overwrite</c>, and read the difference before it is
    /// committed.
    /// </summary>
    [Theory]
    [MemberData(nameof(Stages))]
    public async Task What_would_be_deployed_is_what_was_reviewed(string stage)
    {
        var snapshot = await Bicep.SnapshotAsync(stage);

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(Repository.Read($"infra/{stage}.snapshot.json")), snapshot.Json),
            "See the differences with: bash infra/snapshot.sh overwrite, and git diff");
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Values_that_the_compiler_lets_pass_are_such_as_azure_takes(string stage)
    {
        var snapshot = await Bicep.SnapshotAsync(stage);

        Assert.NotEmpty(snapshot.Apps);
        foreach (var app in snapshot.Apps.Values)
        {
            var template = app["properties"]!["template"]!;
            var probes = DeploymentSnapshot.Probes(app).ToArray();
            Assert.Equal(ProbeTypes, probes.Select(probe => (string)probe["type"]!));
            Assert.All(probes, probe =>
            {
                Assert.InRange((int)probe["failureThreshold"]!, 1, 10);
                Assert.InRange((int)probe["periodSeconds"]!, 1, 240);
                Assert.InRange((int)probe["timeoutSeconds"]!, 1, 240);
            });
            Assert.InRange((int)template["terminationGracePeriodSeconds"]!, 25, 600);
            Assert.Matches(NameOfAnApp(), (string)app["name"]!);
            Assert.Contains((string)DeploymentSnapshot.Ingress(app)["transport"]!, (string[])["http", "http2", "auto"]);

            // Container Apps sell them in this proportion.
            var resources = DeploymentSnapshot.Container(app)["resources"]!;
            Assert.Equal($"{(double)resources["cpu"]! * 2:0.##}Gi", (string)resources["memory"]!);
            var scale = template["scale"]!;
            Assert.InRange((int)scale["minReplicas"]!, 1, (int)scale["maxReplicas"]!);
            Assert.InRange((int)scale["maxReplicas"]!, 1, 30);
        }

        var server = Assert.Single(snapshot.OfType("Microsoft.DBforPostgreSQL/flexibleServers"))["properties"]!;
        Assert.Contains((string)server["version"]!, (string[])["15", "16", "17"]);
        Assert.Contains(
            (string)server["highAvailability"]!["mode"]!, (string[])["Disabled", "SameZone", "ZoneRedundant"]);
        Assert.All(
            snapshot.Resources.Select(resource => (string)resource["name"]!),
            name => Assert.DoesNotContain("[", name.StartsWith("[format('{0}/{1}', 'shop-", StringComparison.Ordinal)
                ? ""
                : name));
        Assert.All(
            snapshot.OfType("Microsoft.KeyVault/vaults")
                .Concat(snapshot.OfType("Microsoft.ContainerRegistry/registries")),
            resource => Assert.InRange(((string)resource["name"]!).Length, 5, 24));
    }

    [Fact]
    public async Task Production_loses_no_request_and_no_row_with_one_machine()
    {
        var snapshot = await Bicep.SnapshotAsync("prod");

        Assert.All(
            snapshot.Apps.Values,
            app => Assert.True((int)app["properties"]!["template"]!["scale"]!["minReplicas"]! >= 2));
        var server = Assert.Single(snapshot.OfType("Microsoft.DBforPostgreSQL/flexibleServers"))["properties"]!;
        Assert.Equal("ZoneRedundant", (string?)server["highAvailability"]!["mode"]);
        Assert.Equal("Enabled", (string?)server["backup"]!["geoRedundantBackup"]);
        var environment = Assert.Single(snapshot.OfType("Microsoft.App/managedEnvironments"))["properties"]!;
        Assert.True((bool)environment["zoneRedundant"]!);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Nothing_but_the_gateway_can_be_reached_and_nobody_has_a_password(string stage)
    {
        var snapshot = await Bicep.SnapshotAsync(stage);

        Assert.Equal(
            ["gateway"],
            snapshot.Apps
                .Where(app => (bool)DeploymentSnapshot.Ingress(app.Value)["external"]!)
                .Select(app => app.Key));
        var server = Assert.Single(snapshot.OfType("Microsoft.DBforPostgreSQL/flexibleServers"))["properties"]!;
        Assert.Equal("Disabled", (string?)server["authConfig"]!["passwordAuth"]);
        Assert.Equal("Disabled", (string?)server["network"]!["publicNetworkAccess"]);
        var redis = Assert.Single(snapshot.OfType("Microsoft.Cache/redisEnterprise"))["properties"]!;
        Assert.Equal("Disabled", (string?)redis["publicNetworkAccess"]);
        var database = Assert.Single(snapshot.OfType("Microsoft.Cache/redisEnterprise/databases"))["properties"]!;
        Assert.Equal(
            ("Encrypted", "NoEviction"),
            ((string?)database["clientProtocol"], (string?)database["evictionPolicy"]));
        var registry = Assert.Single(snapshot.OfType("Microsoft.ContainerRegistry/registries"))["properties"]!;
        Assert.False((bool)registry["adminUserEnabled"]!);
        Assert.DoesNotContain(
            snapshot.Apps.Values.SelectMany(DeploymentSnapshot.Variables),
            variable => variable.Value.Contains("Password=", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A role at the vault itself would be one at every secret.</summary>
    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_service_can_read_its_own_secrets_and_no_others(string stage)
    {
        var snapshot = await Bicep.SnapshotAsync(stage);
        var readers = snapshot.OfType("Microsoft.Authorization/roleAssignments")
            .Where(role => ((string)role["properties"]!["roleDefinitionId"]!)
                .EndsWith("4633458b-17de-408a-b874-0445c86b69e6", StringComparison.Ordinal))
            .Select(role => (
                Secret: Secret().Match((string)role["id"]!).Groups[1].Value,
                Service: Reader().Match((string)role["properties"]!["principalId"]!).Groups[1].Value))
            .ToArray();

        Assert.DoesNotContain("", readers.Select(reader => reader.Secret));
        foreach (var (service, app) in snapshot.Apps)
        {
            var used = app["properties"]!["configuration"]!["secrets"]!.AsArray()
                .Select(secret => (string)secret!["name"]!);
            Assert.Equal(
                used.Order(),
                readers.Where(reader => reader.Service == service).Select(reader => reader.Secret).Order());
        }

        Assert.Equal(
            ["users"],
            readers.Where(reader => reader.Secret == "users-key-1").Select(reader => reader.Service));
    }

    /// <summary>Each identity signs in with its own role, and only the migrator's may change tables.</summary>
    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_service_signs_in_as_itself_and_the_jobs_as_the_migrator(string stage)
    {
        var snapshot = await Bicep.SnapshotAsync(stage);
        foreach (var (service, app) in snapshot.Apps.Where(app => app.Key != "gateway"))
        {
            var variables = DeploymentSnapshot.Variables(app);
            Assert.Contains(
                $";Database={service}db;Username=shop-{stage}-{service};SSL Mode=VerifyFull",
                variables[$"ConnectionStrings__{service}db"], StringComparison.Ordinal);
            Assert.Equal("false", variables["Database__Migrate"]);
            Assert.Contains($"userAssignedIdentities/shop-{stage}-{service}'", variables["AZURE_CLIENT_ID"]);
        }

        var jobs = snapshot.OfType("Microsoft.App/jobs")
            .Where(job => ((string)job["name"]!).EndsWith("-migrate", StringComparison.Ordinal))
            .ToArray();
        Assert.NotEmpty(jobs);
        Assert.All(jobs, job =>
        {
            var service = ((string)job["name"]!).Split('-')[0];
            var container = DeploymentSnapshot.Container(job);
            Assert.Equal(
                ["migrate", "--grant", $"shop-{stage}-{service}", "--object-id"],
                container["args"]!.AsArray().Take(4).Select(argument => (string)argument!));
            Assert.Contains(
                $"Username=shop-{stage}-migrator;",
                (string)container["env"]!.AsArray()
                    .Single(variable => (string?)variable!["name"] == $"ConnectionStrings__{service}db")!["value"]!,
                StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_gateway_keeps_its_traffic_on_the_old_revision_until_the_roll_out_moves_it()
    {
        var first = await Bicep.SnapshotAsync("prod");
        var next = await Bicep.SnapshotAsync(
            "prod", ("GATEWAY_REVISION", "gateway--r1"), ("RELEASE", "r2"), ("IMAGE_TAG", "abc1234"));

        Assert.Equal(
            """[{"latestRevision":true,"weight":100}]""",
            DeploymentSnapshot.Ingress(first.Apps["gateway"])["traffic"]!.ToJsonString());
        Assert.Equal(
            """[{"revisionName":"gateway--r1","weight":100},{"latestRevision":true,"weight":0,"label":"next"}]""",
            DeploymentSnapshot.Ingress(next.Apps["gateway"])["traffic"]!.ToJsonString());
        Assert.Equal("r2", (string?)next.Apps["gateway"]["properties"]!["template"]!["revisionSuffix"]);
        Assert.Equal("Multiple", (string?)next.Apps["gateway"]["properties"]!["configuration"]!["activeRevisionsMode"]);
    }

    [Fact]
    public async Task The_steps_go_from_the_platform_over_the_jobs_to_the_apps()
    {
        var platform = await Bicep.SnapshotAsync("dev", ("STEP", "platform"));
        var jobs = await Bicep.SnapshotAsync("dev", ("STEP", "jobs"));

        Assert.Empty(platform.OfType("Microsoft.App/jobs"));
        Assert.Empty(platform.Apps);
        Assert.NotEmpty(platform.OfType("Microsoft.DBforPostgreSQL/flexibleServers"));
        Assert.NotEmpty(jobs.OfType("Microsoft.App/jobs"));
        Assert.Empty(jobs.Apps);
    }

    /// <summary>An alert on a metric that nobody writes never fires.</summary>
    [Fact]
    public void Alerts_and_workbook_name_metrics_that_exist()
    {
        var used = new[] { "infra/modules/alerts.bicep", "infra/modules/workbook.json" }
            .SelectMany(file => Metric().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value))
            .Distinct()
            .ToArray();
        var sources = string.Concat(Repository.Files("*.cs", [.. Repository.Services, "Shop.Messaging"])
            .Select(Repository.Read));

        Assert.True(used.Length > 5, $"Only {used.Length} metrics.");
        Assert.DoesNotContain(used, metric => !sources.Contains($"\"{metric}\"", StringComparison.Ordinal));
        Assert.NotEmpty(JsonNode.Parse(Repository.Read("infra/modules/workbook.json"))!["items"]!.AsArray());
    }

    [GeneratedRegex(@"['""](shop\.[a-z_.]+)\\?['""]")]
    private static partial Regex Metric();

    [GeneratedRegex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$")]
    private static partial Regex NameOfAnApp();

    [GeneratedRegex("/secrets/([^/]+)/providers/")]
    private static partial Regex Secret();

    [GeneratedRegex(@"userAssignedIdentities/shop-\w+-(\w+)'")]
    private static partial Regex Reader();
}
