using System.Text.Json.Nodes;

namespace Shop.Tests.Security;

/// <summary>
/// A route that takes a body, with a body that it takes. Whoever adds such a route adds its line to
/// <see cref="InputEndpoints"/>.
/// </summary>
/// <param name="Service">
/// Whose it is; requests go to its own port, since it is the service that must not believe anybody.
/// </param>
/// <param name="Route">Verb and path as in the OpenAPI document.</param>
/// <param name="By">Who may use it.</param>
/// <param name="Example">
/// <c>{product}</c> and <c>{new}</c> stand for an existing product and for something nobody used before.
/// </param>
internal sealed record InputEndpoint(string Service, string Route, Caller By, string Example)
{
    /// <summary>Other refusals than 400 that a body may get here once it was understood.</summary>
    public int[] Refusals { get; init; } = [];

    /// <summary>
    /// Where accepted text can be read again when the answer does not have it; <c>{id}</c> is the answer's id.
    /// </summary>
    public string? ReadBack { get; init; }

    /// <summary>False where accepted text is never shown again.</summary>
    public bool Shows { get; init; } = true;

    /// <summary>Blanks around a text are taken away on purpose.</summary>
    public bool Trims { get; init; }

    /// <summary>
    /// Every how manieth text of the list is tried in each field: 1 but where accepting one costs a password hash or an
    /// order.
    /// </summary>
    public int Every { get; init; } = 1;

    public string Verb => Route.Split(' ')[0];

    public override string ToString() => Route;
}

internal static class InputEndpoints
{
    private const string Address =
        """{"name":"Ada Example","line1":"Invalidenstr. 1","city":"Berlin","postalCode":"10115","country":"DE","line2":"c/o Bob"}""";
    private const string Product =
        """{"sku":"T-{new}","name":"Vase","description":"Made for one test.","price":{"amount":1000,"currency":"EUR"},"opening":1}""";
    private const string Change =
        """{"sku":"T-{new}","name":"Vase","description":"Made for one test.","price":{"amount":1000,"currency":"EUR"}}""";

    public static readonly InputEndpoint[] All =
    [
        new(
            "users",
            "POST /api/users",
            Caller.Anonymous,
            """{"email":"{new}@customers.example","password":"a long walk on the beach","name":"Ada Example"}""")
            {
                Refusals = [429],
                Every = 16,
                Shows = false,
            },
        new(
            "users",
            "POST /api/users/session",
            Caller.Anonymous,
            """{"email":"{new}@customers.example","password":"a long walk on the beach"}""")
            {
                Refusals = [401, 429],
                Every = 8,
                Shows = false,
            },
        new("users", "POST /api/users/session/refresh", Caller.Anonymous, """{"refreshToken":"{new}"}""")
        {
            Refusals = [401],
            Shows = false,
        },
        new("users", "DELETE /api/users/session", Caller.Anonymous, """{"refreshToken":"{new}"}""")
        {
            Refusals = [401],
            Shows = false,
        },
        new("users", "PATCH /api/users/me", Caller.Owner, """{"name":"Ada Example"}""")
        {
            Refusals = [412],
            Trims = true,
        },
        new("users", "DELETE /api/users/me", Caller.Stranger, """{"password":"not my password {new}"}""")
        {
            Refusals = [403, 429],
            Every = 16,
            Shows = false,
        },
        new(
            "users",
            "PUT /api/users/me/password",
            Caller.Stranger,
            """{"currentPassword":"not my password {new}","newPassword":"another walk on the beach"}""")
            {
                Refusals = [403, 429],
                Every = 16,
                Shows = false,
            },
        new("users", "POST /api/users/me/addresses", Caller.Stranger, Address) { Refusals = [409] },
        new("users", "PUT /api/users/me/addresses/{id}", Caller.Owner, Address) { Refusals = [412] },
        new("users", "POST /api/users/{id}/lock", Caller.Operator, """{"reason":"Asked for it."}""") { Shows = false },
        new("users", "PUT /api/users/{id}/role", Caller.Operator, """{"role":"customer"}"""),
        new("orders", "POST /api/products", Caller.Operator, Product),
        new("orders", "PUT /api/products/{id}", Caller.Operator, Change) { Refusals = [409, 412] },
        new("orders", "POST /api/products/{id}/stock", Caller.Operator, """{"change":1,"reason":"Counted."}""")
        {
            ReadBack = "/api/products/{product}/stock?limit=100",
        },
        new("orders", "PUT /api/cart", Caller.Stranger, """{"lines":[{"productId":"{product}","quantity":1}]}"""),
        new(
            "orders",
            "POST /api/orders",
            Caller.Owner,
            $$"""{"lines":[{"productId":"{product}","quantity":1}],"shipTo":{{Address}},"paymentToken":"tok_declined"}""") { ReadBack = "/api/orders/{id}", Every = 4 },
        new(
            "payments",
            "POST /api/payments/{orderId}/refunds",
            Caller.Operator,
            """{"reason":"A gesture.","amount":{"amount":1,"currency":"EUR"}}""") { Refusals = [409], Every = 2 },
        new(
            "shipping",
            "POST /api/shipping/quotes",
            Caller.Anonymous,
            """{"country":"DE","postalCode":"10115","items":1,"goods":{"amount":1,"currency":"EUR"}}""")
            {
                Shows = false,
            },
    ];

    public static TheoryData<string> Routes => [.. All.Select(endpoint => endpoint.Route)];

    public static InputEndpoint At(string route) => All.Single(endpoint => endpoint.Route == route);

    /// <summary>Sends a body as it is, with all that the route needs besides.</summary>
    public static Task<Answer> SendAsync(
        this AttackedShop shop, InputEndpoint endpoint, Targets targets, HttpContent body, string? through = null) =>
        shop.Attacker.SendAsync(
            shop.At(through ?? endpoint.Service, targets.PathOf(endpoint.Route)),
            endpoint.Verb,
            targets.TokenOf(endpoint.By),
            body,
            ("Idempotency-Key", $"{Guid.CreateVersion7()}"),
            ("If-Match", "*"));

    public static async Task<Answer> SendAsync(
        this AttackedShop shop, InputEndpoint endpoint, Targets targets, string json, string? through = null)
    {
        using var body = Attacker.Json(Fill(json, targets));
        return await shop.SendAsync(endpoint, targets, body, through);
    }

    public static string Fill(string json, Targets targets) => json
        .Replace("{product}", $"{targets.Product}", StringComparison.Ordinal)
        .Replace("{new}", $"{Guid.CreateVersion7():N}".ToUpperInvariant(), StringComparison.Ordinal);

    /// <summary>The example once for each of its values of a kind, with the mark in the value's place.</summary>
    public static IEnumerable<(string Field, string Template)> Templates(
        InputEndpoint endpoint, Func<JsonValue, bool> kind, string mark)
    {
        var count = Leaves(JsonNode.Parse(endpoint.Example)!).Count(kind);
        for (var index = 0; index < count; index++)
        {
            var body = JsonNode.Parse(endpoint.Example)!;
            var leaf = Leaves(body).Where(kind).ElementAt(index);
            var field = leaf.GetPath();
            leaf.ReplaceWith(mark);
            yield return (field, body.ToJsonString().Replace($"\"{mark}\"", mark, StringComparison.Ordinal));
        }
    }

    /// <summary>All values of a document, however deep.</summary>
    public static IEnumerable<JsonValue> Leaves(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value)),
        JsonArray items => items.SelectMany(Leaves),
        JsonValue value => [value],
        _ => [],
    };
}
