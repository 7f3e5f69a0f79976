using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Contracts;

/// <summary>The description of the API that is committed, which clients are written by.</summary>
public class ApiDocumentTests
{
    private const string File = "Shop.Gateway/wwwroot/openapi.json";

    /// <summary><c>additions</c> or, knowing what that means, <c>breaking</c> has the file written.</summary>
    private const string Accept = "SHOP_API";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public async Task Is_what_the_services_say_and_breaks_no_client()
    {
        var path = Path.Combine(Repository.Root, File);
        var now = await ApiDocument.MergeAsync();
        var committed = System.IO.File.Exists(path)
            ? JsonNode.Parse(await System.IO.File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!
            : new JsonObject { ["paths"] = new JsonObject() };
        var breaking = ApiChanges.Breaking(committed, now);
        var accepted = Environment.GetEnvironmentVariable(Accept);
        if (accepted == "breaking" || (accepted == "additions" && breaking is []))
        {
            await System.IO.File.WriteAllTextAsync(
                path, now.ToJsonString(Indented) + "\n", TestContext.Current.CancellationToken);
            return;
        }

        Assert.True(
            breaking is [], $"Clients would break; {Accept}=breaking accepts that:\n{string.Join('\n', breaking)}");
        Assert.True(
            JsonNode.DeepEquals(committed, now),
            $"{File} is not what the services say. Run this test with {Accept}=additions and commit it.");
    }

    [Fact]
    public void Notices_what_would_break_a_client()
    {
        var old = Api("""{"id":{"type":"string"},"note":{"type":"string"}}""", """["id"]""");

        Assert.Empty(ApiChanges.Breaking(old, old));
        Assert.Empty(ApiChanges.Breaking(
            old, Api("""{"id":{"type":"string"},"note":{"type":"string"},"more":{"type":"string"}}""", """["id"]""")));
        Assert.NotEmpty(ApiChanges.Breaking(
            old, Api("""{"id":{"type":"string"},"note":{"type":"string"}}""", """["id","note"]""")));
        Assert.NotEmpty(ApiChanges.Breaking(old, Api("""{"id":{"type":"string"}}""", """["id"]""")));
        Assert.NotEmpty(ApiChanges.Breaking(
            old, Api("""{"id":{"type":"integer"},"note":{"type":"string"}}""", """["id"]""")));
        Assert.NotEmpty(ApiChanges.Breaking(old, JsonNode.Parse("""{"paths":{}}""")!));
    }

    /// <summary>One route that takes and gives the same thing.</summary>
    private static JsonNode Api(string properties, string required) => JsonNode.Parse(
        $$"""
        {
          "paths": { "/things": { "post": {
            "requestBody": { "content": { "application/json": {
              "schema": { "$ref": "#/components/schemas/Thing" } } } },
            "responses": { "200": { "content": { "application/json": {
              "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } } } } } } } } },
          "components": { "schemas": { "Thing": {
            "type": "object", "properties": {{properties}}, "required": {{required}} } } }
        }
        """)!;
}
