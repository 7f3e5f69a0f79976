using System.Text.Json.Nodes;

namespace Shop.Tests.Deployment;

/// <summary>What a deployment would create. Values that only a deployment knows are expressions, in brackets.</summary>
internal sealed class DeploymentSnapshot(JsonNode snapshot)
{
    public JsonNode Json => snapshot;

    public JsonNode[] Resources { get; } =
        [.. snapshot["predictedResources"]!.AsArray().Select(resource => resource!)];

    public Dictionary<string, JsonNode> Apps => OfType("Microsoft.App/containerApps")
        .ToDictionary(app => (string)app["name"]!);

    public IEnumerable<JsonNode> OfType(string type) =>
        Resources.Where(resource => (string?)resource["type"] == type);

    public static JsonNode Container(JsonNode app) => app["properties"]!["template"]!["containers"]![0]!;

    public static Dictionary<string, string> Variables(JsonNode app) => Container(app)["env"]!.AsArray()
        .ToDictionary(
            variable => (string)variable!["name"]!,
            variable => (string?)variable!["value"] ?? $"secret:{(string?)variable["secretRef"]}");

    public static JsonNode Ingress(JsonNode app) => app["properties"]!["configuration"]!["ingress"]!;

    public static IEnumerable<JsonNode> Probes(JsonNode app) =>
        Container(app)["probes"]!.AsArray().Select(probe => probe!);

    public static IEnumerable<JsonNode> ScaleRules(JsonNode app) =>
        app["properties"]!["template"]!["scale"]!["rules"]!.AsArray().Select(rule => rule!);
}
