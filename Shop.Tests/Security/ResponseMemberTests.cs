using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Security;

/// <summary>Answers have the members that the documents promise, and none of them is nobody's business.</summary>
[Collection(nameof(AttackedShop))]
public partial class ResponseMemberTests(AttackedShop shop)
{
    /// <summary>Handed out on purpose, and only there.</summary>
    private static readonly string[] OnPurpose =
    [
        "users SessionTokens.accessToken",
        "users SessionTokens.refreshToken",
        "users SessionTokens.tokenType",
        "users DiscoveryDocument.id_token_signing_alg_values_supported",
    ];

    [Fact, Trait("Checklist", "B7")]
    public async Task No_documented_response_has_a_secret_member()
    {
        var secret = new List<string>();
        var seen = 0;
        foreach (var service in AttackedShop.Services)
        {
            var document = await DocumentAsync(service);
            foreach (var (schema, members) in ResponseSchemas(document))
            {
                seen += members.Count;
                secret.AddRange(
                    members.Where(member => Secret().IsMatch(member)).Select(member => $"{service} {schema}.{member}"));
            }
        }

        Assert.NotEqual(0, seen);
        Assert.Empty(secret.Except(OnPurpose));
    }

    [Fact, Trait("Checklist", "B7")]
    public async Task Every_response_has_the_documented_members_only()
    {
        var targets = await shop.TargetsAsync();
        var complaints = new List<string>();
        foreach (var (service, route, rule) in AuthorizationRules.All.Where(
            line => line.Route.StartsWith("GET /api/", StringComparison.Ordinal)))
        {
            var answer = await shop.Attacker.SendAsync(
                shop.At(service, targets.PathOf(route)),
                "GET",
                rule == Rule.Operator ? targets.Operator : targets.Owner);
            if (!answer.IsSuccess || answer.ContentType?.Contains("json", StringComparison.Ordinal) != true)
                continue;

            // The overview is three answers of others.
            var declared = (await DocumentAsync(service))["components"]?["schemas"]?.AsObject()
                .SelectMany(schema => Members(schema.Value))
                    .ToHashSet()
                ?? [];
            var members = MembersOf(answer.Json).Distinct().ToArray();
            complaints.AddRange(
                members.Where(member => Secret().IsMatch(member)).Select(member => $"{route} shows {member}"));
            if (service != "gateway")
                complaints.AddRange(
                    members.Except(declared).Select(member => $"{route} shows {member}, which is not documented"));
        }

        Assert.Empty(complaints);
    }

    [Fact, Trait("Checklist", "B7")]
    public async Task Public_responses_have_these_members_and_no_more()
    {
        var targets = await shop.TargetsAsync();

        await HasAsync(
            "orders",
            $"/api/products/{targets.Product}",
            null,
            "id",
            "sku",
            "name",
            "description",
            "price",
            "amount",
            "currency",
            "available");
        await HasAsync(
            "orders",
            "/api/products?limit=2",
            null,
            "items",
            "next",
            "id",
            "sku",
            "name",
            "description",
            "price",
            "amount",
            "currency",
            "available");
        await HasAsync(
            "orders",
            $"/api/orders/{targets.Order}",
            targets.Owner,
            "id",
            "status",
            "lines",
            "productId",
            "sku",
            "name",
            "quantity",
            "unitPrice",
            "amount",
            "currency",
            "shipping",
            "total",
            "placedAt",
            "shipTo",
            "line1",
            "line2",
            "city",
            "postalCode",
            "country",
            "history",
            "at",
            "reason");
        await HasAsync(
            "payments",
            $"/api/payments/{targets.Order}",
            targets.Owner,
            "orderId",
            "status",
            "captured",
            "refunded",
            "amount",
            "currency",
            "attempts",
            "reason");
        await HasAsync(
            "shipping",
            $"/api/shipping/shipments/{targets.Order}",
            targets.Owner,
            "orderId",
            "status",
            "carrier",
            "trackingNumber",
            "reason",
            "held",
            "events",
            "at",
            "place");
        await HasAsync("users", "/.well-known/jwks.json", null, "keys", "kty", "use", "alg", "kid", "n", "e");
    }

    private async Task HasAsync(string service, string path, string? token, params string[] members)
    {
        var answer = await shop.Attacker.SendAsync(shop.At(service, path), "GET", token);
        Assert.True(answer.IsSuccess, $"{answer}");
        Assert.Empty(MembersOf(answer.Json).Distinct().Except(members));
    }

    private async Task<JsonNode> DocumentAsync(string service) =>
        (await shop.Attacker.SendAsync(shop.At(service, "/openapi/v1.json"), "GET")).Json;

    /// <summary>All schemas but those of requests.</summary>
    private static IEnumerable<(string Name, List<string> Members)> ResponseSchemas(JsonNode document) =>
        from schema in document["components"]?["schemas"]?.AsObject() ?? []
        where !schema.Key.EndsWith("Request", StringComparison.Ordinal)
        select (schema.Key, Members(schema.Value).ToList());

    private static IEnumerable<string> Members(JsonNode? schema) =>
        schema?["properties"]?.AsObject().Select(property => property.Key) ?? [];

    private static IEnumerable<string> MembersOf(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => MembersOf(member.Value).Prepend(member.Key)),
        JsonArray items => items.SelectMany(MembersOf),
        _ => [],
    };

    [GeneratedRegex(
        "password|hash|secret|private|stamp|salt|paymentToken|refreshToken|accessToken|token|customerId|userId|cost|margin|fingerprint|^[dpq]$|^d[pq]$|^qi$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
