using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Security;

/// <summary>Bodies and texts made to be expensive to read.</summary>
[Collection(nameof(AttackedShop))]
public class LargeInputTests(AttackedShop shop)
{
    private static readonly TimeSpan Cheap = TimeSpan.FromMilliseconds(50);

    /// <summary>A busy machine is slow now and then; what is expensive by itself is so every time.</summary>
    private const int Attempts = 20;

    public static TheoryData<string, string> Bodies => new()
    {
        { "17 levels", string.Concat(Enumerable.Repeat("{\"a\":", 17)) + "1" + new string('}', 17) },
        { "17 lists", new string('[', 17) + new string(']', 17) },
        { "60,000 levels, never closed", new string('[', 60_000) },
        { "10,000 objects, never closed", string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) },
        {
            "5,000 members",
            $"{{{string.Join(
                ',',
                Enumerable.Range(0, 5000)
                    .Select(number => string.Create(CultureInfo.InvariantCulture, $"\"a{number}\":1")))}}}"
        },
        { "8,000 members of one name", $"{{{string.Join(',', Enumerable.Repeat("\"a\":1", 8000))}}}" },
        { "30,000 items", $"[{string.Join(',', Enumerable.Repeat('1', 30_000))}]" },
        { "a name of 60,000 characters", $"{{\"{new string('a', 60_000)}\":1}}" },
        { "a number of 60,000 digits", $"{{\"items\":{new string('9', 60_000)}}}" },
        { "10,000 escapes", $"{{\"{string.Concat(Enumerable.Repeat(@"\u0061", 10_000))}\":1}}" },
    };

    [Theory, Trait("Checklist", "I8")]
    [MemberData(nameof(Bodies))]
    public async Task A_large_body_is_refused_on_every_route_at_little_cost(string what, string body)
    {
        var targets = await shop.TargetsAsync();
        foreach (var endpoint in InputEndpoints.All)
        {
            var quickest = TimeSpan.MaxValue;
            for (var attempt = 0; attempt < Attempts && quickest > Cheap; attempt++)
            {
                using var content = Attacker.Json(body);
                var answer = await shop.SendAsync(endpoint, targets, content);
                Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{what}: {answer}");
                Assert.Null(answer.Complaint());
                quickest = answer.Took < quickest ? answer.Took : quickest;
            }

            Assert.True(quickest < Cheap, $"{what}: {endpoint} took {quickest}.");
        }
    }

    [Theory, Trait("Checklist", "I8")]
    [InlineData("POST /api/orders")]
    [InlineData("PUT /api/cart")]
    public async Task An_order_or_a_cart_has_at_most_fifty_lines(string route)
    {
        var endpoint = InputEndpoints.At(route);
        var body = JsonNode.Parse(endpoint.Example)!;
        body["lines"] = new JsonArray(
            [
                .. Enumerable.Range(0, 51)
                    .Select(_ => new JsonObject { ["productId"] = Guid.CreateVersion7(), ["quantity"] = 1 }),
            ]);

        var answer = await shop.SendAsync(endpoint, await shop.TargetsAsync(), body.ToJsonString());

        Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{answer}");
        Assert.Equal(["lines"], answer.Json["errors"]!.AsObject().Select(error => error.Key));
    }

    /// <summary>Texts on which patterns that try again and again would take for ever.</summary>
    public static TheoryData<string, string> Texts => new()
    {
        { "many of one letter", new string('a', 50_000) + "!" },
        { "an address that begins for ever", string.Concat(Enumerable.Repeat("a@", 25_000)) + "!" },
        { "an address of dots", "a@" + string.Concat(Enumerable.Repeat("a.", 25_000)) + "!" },
        { "blanks", new string(' ', 50_000) + "!" },
        { "digits and dashes", string.Concat(Enumerable.Repeat("A-", 25_000)) + "!" },
        { "combining marks", "a" + new string('\u0301', 25_000) },
        { "surrogates", string.Concat(Enumerable.Repeat("\U0001D4B3", 4_000)) },
        { "tabs and line breaks", string.Concat(Enumerable.Repeat("\t\n", 12_000)) + "!" },
    };

    [Theory, Trait("Checklist", "I8")]
    [MemberData(nameof(Texts))]
    public async Task No_input_makes_a_pattern_run_for_long(string what, string text)
    {
        var targets = await shop.TargetsAsync();
        var json = System.Text.Json.JsonSerializer.Serialize(text, Shop.ServiceDefaults.Json.Web);
        foreach (var endpoint in InputEndpoints.All)
        {
            foreach (var (field, template) in InputEndpoints.Templates(
                endpoint, value => value.GetValueKind() == System.Text.Json.JsonValueKind.String, "@@"))
            {
                // To look a password up takes the time of a hash, whatever it is.
                if (field.EndsWith("password", StringComparison.OrdinalIgnoreCase))
                    continue;

                var quickest = TimeSpan.MaxValue;
                for (var attempt = 0; attempt < Attempts && quickest > Cheap; attempt++)
                {
                    using var body = new StringContent(
                        InputEndpoints.Fill(template, targets).Replace("@@", json, StringComparison.Ordinal),
                        Encoding.UTF8,
                        "application/json");
                    var answer = await shop.SendAsync(endpoint, targets, body);
                    Assert.True(
                        answer.Status == HttpStatusCode.BadRequest
                            || endpoint.Refusals.Contains((int)answer.Status)
                            || endpoint.Trims
                            || !endpoint.Shows,
                        $"{what} in {field}: {answer}");
                    Assert.Null(answer.Complaint());
                    quickest = answer.Took < quickest ? answer.Took : quickest;
                    // Blanks around a name are no part of it: what is left was fine, and cost a hash as any
                    // registration.
                    if (answer.IsSuccess)
                        quickest = TimeSpan.Zero;
                }

                Assert.True(quickest < Cheap, $"{what} in {field} of {endpoint} took {quickest}.");
            }
        }
    }
}
