using System.Net;
using System.Text;
using System.Text.Json;

namespace Shop.Tests.Security;

/// <summary>
/// What is not JSON is refused, wherever a body is read, and nothing that looks like JSON makes the shop fail.
/// </summary>
[Collection(nameof(AttackedShop))]
public class JsonInputTests(AttackedShop shop)
{
    [Fact]
    public async Task Every_route_that_takes_a_body_is_tried()
    {
        var documented = new List<string>();
        foreach (var service in AttackedShop.Services[1..])
        {
            var document = (await shop.Attacker.SendAsync(shop.At(service, "/openapi/v1.json"), "GET")).Json;
            documented.AddRange(
                from path in document["paths"]!.AsObject()
                from operation in path.Value!.AsObject()
                where operation.Value?["requestBody"] is not null
                select $"{operation.Key.ToUpperInvariant()} {path.Key}");
        }

        Assert.Equal(
            documented.Order(StringComparer.Ordinal),
            InputEndpoints.All.Select(endpoint => endpoint.Route).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(InputEndpoints.Routes), MemberType = typeof(InputEndpoints))]
    public async Task The_valid_examples_are_accepted(string route)
    {
        var endpoint = InputEndpoints.At(route);
        var answer = await shop.SendAsync(endpoint, await shop.TargetsAsync(), endpoint.Example);

        Assert.True(answer.IsSuccess || endpoint.Refusals.Contains((int)answer.Status), $"{answer}");
    }

    [Fact, Trait("Checklist", "I1")]
    public async Task Invalid_JSON_is_refused_as_a_body()
    {
        var targets = await shop.TargetsAsync();
        var attacks = from endpoint in InputEndpoints.All
                      from document in JsonSamples.All
                      select (Endpoint: endpoint, Document: document);

        await AttackRunner.RunAsync([.. attacks], async attack =>
        {
            using var body = Attacker.Json(attack.Document.Content);
            var answer = await shop.SendAsync(attack.Endpoint, targets, body);
            // Nothing at all, or null, is no body, which one route may go without.
            var isAbsent = Encoding.UTF8.GetString(attack.Document.Content).Trim() is "" or "null";
            return answer.Complaint()
                ?? (IsRight(attack.Endpoint, attack.Document, attack.Document.Content.Length, answer, isAbsent)
                    ? null
                    : $"{attack.Document}: {answer}");
        });
    }

    [Fact, Trait("Checklist", "I1")]
    public async Task Invalid_JSON_is_refused_as_a_value_in_a_body()
    {
        var targets = await shop.TargetsAsync();
        var attacks = from endpoint in InputEndpoints.All
                      let template = InputEndpoints.Templates(
                          endpoint, value => value.GetValueKind() == JsonValueKind.String, "@@")
                          .First().Template
                      from document in JsonSamples.All
                      select (Endpoint: endpoint, Template: template, Document: document);

        await AttackRunner.RunAsync([.. attacks], async attack =>
        {
            var halves = InputEndpoints.Fill(attack.Template, targets).Split("@@");
            byte[] content =
            [
                .. Encoding.UTF8.GetBytes(halves[0]), .. attack.Document.Content, .. Encoding.UTF8.GetBytes(halves[1]),
            ];
            using var body = Attacker.Json(content);
            var answer = await shop.SendAsync(attack.Endpoint, targets, body);
            return answer.Complaint()
                ?? (IsRight(attack.Endpoint, attack.Document, content.Length, answer)
                    ? null
                    : $"{attack.Document}: {answer}");
        });
    }

    private static bool IsRight(
        InputEndpoint endpoint, JsonSample document, int length, Answer answer, bool isAbsent = false) =>
        answer.Status switch
        {
            HttpStatusCode.BadRequest => true,
            HttpStatusCode.RequestEntityTooLarge => length > Attacker.LargestBody,
            _ =>
                (isAbsent || document.IsJson is not false)
                    && (answer.IsSuccess || endpoint.Refusals.Contains((int)answer.Status)),
        };
}
