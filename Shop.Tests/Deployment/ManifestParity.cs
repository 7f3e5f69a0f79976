using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Deployment;

/// <summary>
/// Holds what infra/ would create against what Shop.AppHost composes, by the manifest that Aspire writes of it.
/// </summary>
internal static partial class ManifestParity
{
    /// <summary>Variables of the manifest that the AppHost means, rather than hosting platforms in general.</summary>
    [GeneratedRegex("^(ConnectionStrings__|services__)")]
    private static partial Regex Meant();

    /// <summary>Everything that is in one of the two and not in the other.</summary>
    /// <param name="manifest">Aspire's.</param>
    /// <param name="snapshot">Of infra/.</param>
    /// <param name="subscriptions">The streams that each service reads, by the name of the service.</param>
    public static string[] Differences(
        JsonNode manifest, DeploymentSnapshot snapshot, IReadOnlyDictionary<string, string[]> subscriptions)
    {
        var resources = manifest["resources"]!.AsObject();
        var projects = resources
            .Where(resource => ((string)resource.Value!["type"]!).StartsWith("project.", StringComparison.Ordinal))
            .ToDictionary(resource => resource.Key, resource => resource.Value!);
        var apps = snapshot.Apps;
        var databases = resources
            .Where(resource => ((string?)resource.Value!["connectionString"])?
                .Contains(";Database=", StringComparison.Ordinal) == true)
            .Select(resource => resource.Key);
        var created = snapshot.OfType("Microsoft.DBforPostgreSQL/flexibleServers/databases")
            .Select(database => ((string)database["name"]!).Split('/')[1]);
        return
        [
            .. Unequal("apps", projects.Keys, apps.Keys),
            .. Unequal("databases", databases, created),
            .. Unequal(
                "jobs that migrate",
                projects.Where(project => Uses(project.Value, resources, ";Database="))
                    .Select(project => $"{project.Key}-migrate"),
                snapshot.OfType("Microsoft.App/jobs")
                    .Select(job => (string)job["name"]!)
                    .Where(job => job.EndsWith("-migrate", StringComparison.Ordinal))),
            .. projects.Where(project => apps.ContainsKey(project.Key)).SelectMany(
                project => OfService(
                    project.Key,
                    project.Value,
                    apps[project.Key],
                    subscriptions.GetValueOrDefault(project.Key) ?? [])),
        ];
    }

    private static IEnumerable<string> OfService(
        string name, JsonNode project, JsonNode app, string[] subscriptions)
    {
        var variables = DeploymentSnapshot.Variables(app);
        var references = project["env"]!.AsObject().Where(variable => Meant().IsMatch(variable.Key)).ToArray();
        foreach (var difference in Unequal(
            $"{name}: references",
            references.Select(variable => variable.Key),
            variables.Keys.Where(variable => Meant().IsMatch(variable))))
            yield return difference;

        // {users.bindings.http.url} is the app of that name; http, because the ingress between apps has no certificate.
        foreach (var (variable, value) in references)
        {
            var target = Target().Match((string)value!);
            if (target.Success && variables.TryGetValue(variable, out var address)
                && address != $"http://{target.Groups[1].Value}")
                yield return $"{name}: {variable} is {address}";
        }

        var bindings = project["bindings"]!.AsObject().Select(binding => binding.Value!);
        var isExternal = bindings.Any(binding => (bool?)binding["external"] == true);
        if ((bool)DeploymentSnapshot.Ingress(app)["external"]! != isExternal)
            yield return $"{name}: external";

        if (variables.ContainsKey("BehindGateway") == isExternal)
            yield return $"{name}: BehindGateway";

        var port = (int)DeploymentSnapshot.Ingress(app)["targetPort"]!;
        if (variables.GetValueOrDefault("ASPNETCORE_HTTP_PORTS") != $"{port}")
            yield return $"{name}: listens on another port";

        foreach (var difference in Unequal(
            $"{name}: probes",
            [$"Liveness /health/live {port}", $"Readiness /health/ready {port}", $"Startup /health/live {port}"],
            DeploymentSnapshot.Probes(app).Select(probe =>
                $"{probe["type"]} {probe["httpGet"]!["path"]} {probe["httpGet"]!["port"]}")))
            yield return difference;

        foreach (var difference in Unequal(
            $"{name}: streams",
            subscriptions.Select(stream => $"shop:{stream} as {name}"),
            DeploymentSnapshot.ScaleRules(app)
                .Select(rule => rule["custom"])
                .Where(rule => (string?)rule?["type"] == "redis-streams")
                .Select(rule => $"{rule!["metadata"]!["stream"]} as {rule["metadata"]!["consumerGroup"]}")))
            yield return difference;
    }

    private static bool Uses(JsonNode project, JsonObject resources, string what) => project["env"]!.AsObject()
        .Where(variable => variable.Key.StartsWith("ConnectionStrings__", StringComparison.Ordinal))
        .Any(variable => ((string?)resources[variable.Key["ConnectionStrings__".Length..]]?["connectionString"])?
            .Contains(what, StringComparison.Ordinal) == true);

    private static IEnumerable<string> Unequal(string what, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (left, right) = (expected.Order().ToArray(), actual.Order().ToArray());
        return left.SequenceEqual(right)
            ? []
            : [$"{what}: the AppHost has [{string.Join(", ", left)}], infra/ has [{string.Join(", ", right)}]"];
    }

    [GeneratedRegex(@"^\{(\w+)\.bindings\.http\.url\}$")]
    private static partial Regex Target();
}
