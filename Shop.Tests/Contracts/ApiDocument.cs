using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Shop.Tests.Architecture;
using Shop.Tests.Security;

namespace Shop.Tests.Contracts;

/// <summary>
/// One description of everything behind the gateway, made of those of the services: with who may use what, an example
/// for each body, and the one format of all errors.
/// </summary>
internal static class ApiDocument
{
    private const string Schemas = "#/components/schemas/";
    private static readonly string About = string.Join(
        '\n',
        "Everything behind the gateway. Sign in with `POST /api/users/session` and send `accessToken` as a "
            + "bearer token.",
        "",
        "* **Errors** are problems (RFC 9457) with a sentence for people in `detail` and a `traceId`; one about input "
            + "names every field in `errors`.",
        "* **Repeating**: `POST /api/orders`, refunds and changes of stock want an `Idempotency-Key`; the same key and "
            + "body give the same answer once more.",
        "* **Changing**: what has an `ETag` is changed with `If-Match`. 412 means that somebody else was faster.",
        "* **Lists** come page by page: send `next` of one page as `after` of the next.",
        "* **Limits**: `RateLimit` says what is left, 429 with `Retry-After` when to come again.");

    public static async Task<JsonObject> MergeAsync()
    {
        var paths = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var schemas = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var service in (string[])["users", "orders", "payments", "shipping", "gateway"])
        {
            var document = await DocumentOfAsync(service);
            var own = document["components"]?["schemas"]?.AsObject() ?? [];
            // Two services may call different things by one name; the second gets its service's name before it.
            foreach (var (name, schema) in own.ToArray())
            {
                if (schemas.TryGetValue(name, out var known) && !JsonNode.DeepEquals(known, schema))
                    Rename(document, name, $"{char.ToUpperInvariant(service[0])}{service[1..]}{name}");
            }

            foreach (var (name, schema) in document["components"]?["schemas"]?.AsObject() ?? [])
                schemas[name] = schema!.DeepClone();

            foreach (var (path, operations) in document["paths"]!.AsObject())
                paths[path.Length > 1 ? path.TrimEnd('/') : path] = Described(path, operations!.DeepClone());
        }

        schemas["Problem"] = ProblemSchema();
        return new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "Shop", ["version"] = "1", ["description"] = About },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["paths"] = new JsonObject(paths.Select(path => KeyValuePair.Create(path.Key, (JsonNode?)path.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(
                    schemas.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value))),
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["bearerFormat"] = "JWT",
                    },
                },
            },
        };
    }

    private static async Task<JsonNode> DocumentOfAsync(string service)
    {
        await using var app = RouteTests.Mapped(service);
        app.UseRouting();
#pragma warning disable ASP0014 // Only this makes the routes known without starting the service.
        app.UseEndpoints(_ => { });
#pragma warning restore ASP0014
        var provider = app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1");
        var document = await provider.GetOpenApiDocumentAsync(TestContext.Current.CancellationToken);
        return JsonNode.Parse(await document.SerializeAsJsonAsync(
            OpenApiSpecVersion.OpenApi3_1, TestContext.Current.CancellationToken))!;
    }

    private static JsonNode Described(string path, JsonNode operations)
    {
        foreach (var (verb, operation) in operations.AsObject())
        {
            var route = $"{verb.ToUpperInvariant()} {path.TrimEnd('/')}";
            var rule = AuthorizationRules.All.First(line => line.Route == route).Rule;
            if (rule is not (Rule.Public or Rule.PublicWithoutBadToken))
                operation!["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() });

            if (rule == Rule.Operator)
                operation!["description"] = "For operators.";

            if (InputEndpoints.All.FirstOrDefault(endpoint => endpoint.Route == route)?.Example is { } example
                && operation!["requestBody"]?["content"]?["application/json"] is { } body)
            {
                body["example"] = JsonNode.Parse(example
                    .Replace("{product}", "01968a30-0000-7000-8000-000000000001", StringComparison.Ordinal)
                    .Replace("{new}", "7001", StringComparison.Ordinal));
            }

            operation!["responses"]!["default"] = new JsonObject
            {
                ["description"] = "A problem: what is wrong, in words.",
                ["content"] = new JsonObject
                {
                    ["application/problem+json"] = new JsonObject
                    {
                        ["schema"] = new JsonObject { ["$ref"] = $"{Schemas}Problem" },
                    },
                },
            };
        }

        return operations;
    }

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("title", "status", "traceId"),
        ["properties"] = new JsonObject
        {
            ["title"] = Text("The kind of problem."),
            ["status"] = new JsonObject { ["type"] = "integer", ["description"] = "As in the answer's first line." },
            ["detail"] = Text("A sentence for whoever called."),
            ["errors"] = new JsonObject
            {
                ["type"] = "object",
                ["description"] = "What is wrong with each field of the input.",
                ["additionalProperties"] = new JsonObject { ["type"] = "array", ["items"] = Text("A sentence.") },
            },
            ["traceId"] = Text("Finds the request in the logs and traces."),
        },
    };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static void Rename(JsonNode document, string from, string to)
    {
        var schemas = document["components"]!["schemas"]!.AsObject();
        schemas.Remove(from, out var schema);
        schemas[to] = schema;
        Replace(document);

        void Replace(JsonNode? node)
        {
            if (node is JsonArray items)
            {
                foreach (var item in items)
                    Replace(item);
            }
            else if (node is JsonObject members)
            {
                if ((string?)members["$ref"]?.ToString() == Schemas + from)
                    members["$ref"] = Schemas + to;

                foreach (var (_, value) in members.ToArray())
                    Replace(value);
            }
        }
    }
}
