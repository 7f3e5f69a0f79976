using System.Net;
using System.Text.Json;

namespace Shop.Tests.Security;

/// <summary>Any text anywhere comes back exactly as it was sent, or is refused.</summary>
[Collection(nameof(AttackedShop))]
public class TextInputTests(AttackedShop shop)
{
    private const string Mark = "@@";

    private static readonly Text[] Extras =
    [
        Text.Of("\0"), Text.Of("a\0b"), Text.Of("\uffff"), Text.Of("a\u202eb"), Text.Of("\ufeffa"),
        Text.Of("a\u2028b"), Text.Of("\u007f\u0080\u009f"),
        Text.Of($"a{new string('\u0301', 10_000)}"), Text.Of(new string('x', 1_000_000)), Text.Of("👩‍👩‍👧‍👦𝒳"),
        Text.Of(" a "), Text.Of("\r\n\t"),
        Text.Raw(@"\ud800"), Text.Raw(@"\udfff\ud800"), Text.Raw(@"a\ud83dz"), Text.Raw(@"\uD800\uD800"),
        Text.Raw(@"\u00"), Text.Raw(@"\x41"),
    ];

    /// <param name="Json">As it stands in a body.</param>
    /// <param name="Meaning">Null when no text is meant, so that nothing but a refusal is right.</param>
    private sealed record Text(string Json, string? Meaning)
    {
        public static Text Of(string text) => new(JsonSerializer.Serialize(text), text);

        public static Text Raw(string escapes) => new($"\"{escapes}\"", null);
    }

    [Theory, Trait("Checklist", "I2")]
    [MemberData(nameof(InputEndpoints.Routes), MemberType = typeof(InputEndpoints))]
    public async Task Text_in_a_body_comes_back_exactly_or_is_refused(string route)
    {
        var endpoint = InputEndpoints.At(route);
        var targets = await shop.TargetsAsync();
        var bad = BadTexts.All.Select(Text.Of).ToArray();
        var attacks = InputEndpoints.Templates(endpoint, value => value.GetValueKind() == JsonValueKind.String, Mark)
            .SelectMany(
                (field, number) => bad.Where((_, index) => (index + number) % endpoint.Every == 0).Concat(Extras)
                    .Select(text => (field.Field, field.Template, Text: text)));

        await AttackRunner.RunAsync([.. attacks], async attack =>
        {
            // The text goes in last: it may look like a placeholder itself.
            using var body = Attacker.Json(
                InputEndpoints.Fill(attack.Template, targets)
                    .Replace(Mark, attack.Text.Json, StringComparison.Ordinal));
            var answer = await shop.SendAsync(endpoint, targets, body);
            if (answer.Complaint() is { } complaint)
                return complaint;

            var refused = answer.Status == HttpStatusCode.BadRequest
                || (answer.Status == HttpStatusCode.RequestEntityTooLarge
                    && attack.Text.Json.Length > Attacker.LargestBody)
                || (endpoint.Refusals.Contains((int)answer.Status) && attack.Text.Meaning is not null);
            if (refused)
                return null;

            return answer.IsSuccess
                && attack.Text.Meaning is { } meant
                && !meant.Contains('\0')
                && await ShowsAsync(endpoint, targets, answer, meant)
                ? null
                : $"{attack.Field} {attack.Text.Json}: {answer}";
        });
    }

    private async Task<bool> ShowsAsync(InputEndpoint endpoint, Targets targets, Answer answer, string text)
    {
        if (!endpoint.Shows)
            return true;

        if (endpoint.ReadBack is { } path)
        {
            var id = path.Contains("{id}", StringComparison.Ordinal) ? (string?)answer.Json["id"] : null;
            answer = await shop.Attacker.SendAsync(
                shop.At(
                    endpoint.Service, InputEndpoints.Fill(path, targets).Replace("{id}", id, StringComparison.Ordinal)),
                "GET",
                targets.TokenOf(endpoint.By));
        }

        return InputEndpoints.Leaves(answer.Json)
            .Any(
                value =>
                    value.GetValueKind() == JsonValueKind.String
                        && (string?)value == (endpoint.Trims ? text.Trim() : text));
    }

    private static readonly (string Service, string Path, Caller By)[] Queries =
    [
        ("orders", "/api/products?search={0}", Caller.Anonymous),
        ("orders", "/api/products?after={0}", Caller.Anonymous),
        ("orders", "/api/products?limit={0}", Caller.Anonymous),
        ("orders", "/api/products?{0}=1", Caller.Anonymous),
        ("orders", "/api/orders?after={0}", Caller.Owner),
        ("payments", "/api/payments/reconciliations?after={0}", Caller.Operator),
        ("shipping", "/api/shipping/dead-letters?limit={0}", Caller.Operator),
        ("users", "/api/users?search={0}", Caller.Operator),
        ("users", "/api/users?after={0}", Caller.Operator),
        ("users", "/api/users/me/addresses/{0}", Caller.Owner),
        ("orders", "/api/products/{0}", Caller.Anonymous),
        ("orders", "/api/orders/{0}", Caller.Owner),
        ("orders", "/api/orders/{0}/cancel", Caller.Owner),
        ("payments", "/api/payments/{0}", Caller.Owner),
        ("shipping", "/api/shipping/shipments/{0}", Caller.Owner),
        ("users", "/{0}", Caller.Anonymous),
    ];

    [Fact, Trait("Checklist", "I2"), Trait("Checklist", "B2")]
    public async Task Text_in_paths_and_queries_makes_no_server_error()
    {
        var targets = await shop.TargetsAsync();
        string[] raw =
        [
            "%00", "a%00b", "%ff", "%c0%af", "%ed%a0%80", "%", "%zz", "%u0041", "+", "&&==", "[]", "a=b=c", ";", "0",
            "-1", "1%2f1", $"{Guid.Empty}&id={targets.Order}", $"{{{targets.Order}}}", $"urn:uuid:{targets.Order}",
        ];
        var texts = BadTexts.All
            .Concat(Extras.Select(text => text.Meaning).OfType<string>().Where(text => text.Length < 4000))
            .Select(Uri.EscapeDataString)
            .Concat(raw);
        var attacks = from text in texts from query in Queries select (Query: query, Text: text);

        await AttackRunner.RunAsync([.. attacks], async attack =>
        {
            var path = attack.Query.Path.Replace("{0}", attack.Text, StringComparison.Ordinal);
            var verb = path.EndsWith("/cancel", StringComparison.Ordinal) ? "POST" : "GET";
            var answer = await shop.Attacker.SendAsync(
                shop.At(attack.Query.Service, path), verb, targets.TokenOf(attack.Query.By));
            // Where there is no route, nobody is allowed.
            var isRight = (int)answer.Status is 200 or 400 or 404 or 405 or 409 or 414
                || (answer.Status == HttpStatusCode.Unauthorized && attack.Query.By == Caller.Anonymous);
            return !isRight
                // Kestrel itself refuses what is no HTTP, before there is anything that could write a problem.
                ? $"{answer}"
                : answer.Body.Length == 0 && answer.Status == HttpStatusCode.BadRequest ? null : answer.Complaint();
        });
    }

    [Fact, Trait("Checklist", "I2"), Trait("Checklist", "K2")]
    public async Task Text_in_headers_makes_no_server_error()
    {
        var targets = await shop.TargetsAsync();
        string[] names =
        [
            "Idempotency-Key", "If-Match", "If-None-Match", "Cookie", "Accept", "Accept-Encoding", "Accept-Language",
            "traceparent", "baggage", "Range", "X-Forwarded-Proto", "User-Agent", "Referer", "Origin",
        ];
        // A client can't send line breaks in a header; the gateway is attacked with sockets elsewhere.
        var texts = BadTexts.All
            .Where(text => text.Length > 0 && !text.Any(c => c is '\r' or '\n' or '\0'))
            .ToArray();
        var attacks = from name in names
                      from text in texts.Where((_, index) => index % 3 == Array.IndexOf(names, name) % 3)
                      select (Name: name, Text: text);

        await AttackRunner.RunAsync([.. attacks], async attack =>
        {
            var header = (attack.Name, attack.Name == "Cookie" ? $"shop-cart={attack.Text}" : attack.Text);
            if (attack.Name == "Idempotency-Key")
            {
                using var body = Attacker.Json(
                    InputEndpoints.Fill(InputEndpoints.At("PUT /api/cart").Example, targets));
                var refused = await shop.Attacker.SendAsync(
                    shop.At("orders", "/api/orders"),
                    "POST",
                    targets.Owner,
                    body,
                    header);
                return refused.Status == HttpStatusCode.BadRequest ? Silent(refused) ?? null : $"{attack}: {refused}";
            }

            var path = attack.Name == "Cookie" ? "/api/cart" : $"/api/products/{targets.Product}";
            var answer = await shop.Attacker.SendAsync(shop.At("orders", path), "GET", headers: header);
            return (int)answer.Status is 200 or 304 or 400 ? Silent(answer) : $"{attack}: {answer}";
        });
    }

    // Kestrel answers what is no HTTP itself, without a body.
    private static string? Silent(Answer answer) => answer.Body.Length == 0 ? null : answer.Complaint();
}
