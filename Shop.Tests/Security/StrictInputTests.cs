using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Shop.Tests.Security;

/// <summary>What ASP.NET Core 10 without further care answers with a 500, or believes.</summary>
[Collection(nameof(AttackedShop))]
public class StrictInputTests(AttackedShop shop)
{
    private const string Order = "POST /api/orders";
    private const string Quote = "POST /api/shipping/quotes";
    private const string Line = """{"productId":"{product}","quantity":1}""";
    private const string Rest =
        "\"shipTo\":{\"name\":\"Ada\",\"line1\":\"Street "
            + "1\",\"city\":\"Berlin\",\"postalCode\":\"10115\",\"country\":\"DE\"},\"paymentToken\":\"tok_visa\"}";

    public static TheoryData<string, string, string> Bodies => new()
    {
        { "U+0000 in text", Quote, """{"country":"DE","postalCode":"1\u0000","items":1}""" },
        { "null for a list", Order, """{"lines":null,""" + Rest },
        { "no list", Order, "{" + Rest },
        { "nothing in the body", Order, "{}" },
        { "null in a list", Order, """{"lines":[null],""" + Rest },
        { "null for the only list of a cart", "PUT /api/cart", """{"lines":[null]}""" },
        { "a member twice", Order, """{"lines":[{"productId":"{product}","quantity":1,"quantity":99}],""" + Rest },
        {
            "a member twice, once escaped",
            Order,
            """{"lines":[{"productId":"{product}","quantity":1,"quan\u0074ity":99}],""" + Rest
        },
        { "a member of the caller's", Order, """{"isAdmin":true,"lines":[""" + Line + "]," + Rest },
        {
            "a price of the caller's",
            Order,
            """{"lines":[{"productId":"{product}","quantity":1,"unitPrice":{"amount":1,"currency":"EUR"}}],""" + Rest
        },
        { "a member in another case", Order, """{"Lines":[""" + Line + "]," + Rest },
        { "a number as text", Order, """{"lines":[{"productId":"{product}","quantity":"1"}],""" + Rest },
        { "true for a number", Order, """{"lines":[{"productId":"{product}","quantity":true}],""" + Rest },
        { "an object for text", Quote, """{"country":{"a":1},"postalCode":"1","items":1}""" },
        { "a list for the body", Order, "[" + Line + "]" },
        { "no body", Order, "" },
        { "blanks for a body", Order, " \r\n\t" },
        {
            "two bodies",
            Quote,
            """{"country":"DE","postalCode":"1","items":1}{"country":"DE","postalCode":"1","items":1}"""
        },
        { "a comment", Quote, """{"country":"DE",/**/"postalCode":"1","items":1}""" },
        { "a comma too many", Quote, """{"country":"DE","postalCode":"1","items":1,}""" },
        { "what JavaScript would accept", Quote, "{country:'DE',postalCode:'1',items:1}" },
        { "a prototype", Quote, """{"__proto__":{"items":1},"country":"DE","postalCode":"1","items":1}""" },
        {
            "a type to make",
            Quote,
            """{"$type":"System.Diagnostics.Process","country":"DE","postalCode":"1","items":1}"""
        },
        { "a reference", Quote, """{"$id":"1","country":"DE","postalCode":"1","items":1,"goods":{"$ref":"1"}}""" },
    };

    [Theory, Trait("Checklist", "S2")]
    [MemberData(nameof(Bodies))]
    public async Task A_malformed_body_is_refused(string what, string route, string body)
    {
        var answer = await shop.SendAsync(InputEndpoints.At(route), await shop.TargetsAsync(), body);

        Refused(HttpStatusCode.BadRequest, answer, what);
    }

    [Theory, Trait("Checklist", "S2")]
    [InlineData("/api/products?search=a%00b")]
    [InlineData("/api/products?limit=2147483647")]
    [InlineData("/api/products?limit=2147483648")]
    [InlineData("/api/products?limit=0")]
    [InlineData("/api/products?limit=-1")]
    [InlineData("/api/products?limit=1e2")]
    [InlineData("/api/products?limit=")]
    [InlineData("/api/products?limit=1&limit=100000")]
    [InlineData("/api/products?search=%ff%00")]
    public async Task A_malformed_query_is_refused(string path)
    {
        foreach (var service in (string[])["orders", "gateway"])
            Refused(HttpStatusCode.BadRequest, await shop.Attacker.SendAsync(shop.At(service, path), "GET"), path);
    }

    public static TheoryData<string?, string?> Formats => new()
    {
        { "application/json; charset=utf-7", null },
        { "application/json; charset=zzz", null },
        { "application/json; charset=utf-16", null },
        { "application/json; charset=iso-8859-1", null },
        { "application/json; charset=utf-8; charset=utf-7", null },
        { "application/xml", null },
        { "text/xml", null },
        { "application/yaml", null },
        { "multipart/form-data; boundary=x", null },
        { "application/x-www-form-urlencoded", null },
        { "application/x-ndjson", null },
        { "application/problem+json", null },
        { "application/json-patch+json", null },
        { "text/json", null },
        { "text/plain", null },
        { "*/*", null },
        { "json", null },
        { "", null },
        { null, null },
        { "application/json", "gzip" },
        { "application/json", "br" },
        { "application/json", "deflate" },
        { "application/json", "zstd" },
        { "application/json", "gzip, gzip" },
        { "application/json", "x" },
    };

    [Theory, Trait("Checklist", "I7"), Trait("Checklist", "S2")]
    [MemberData(nameof(Formats))]
    public async Task Another_content_type_or_encoding_is_refused(string? contentType, string? encoding)
    {
        var targets = await shop.TargetsAsync();
        foreach (var endpoint in InputEndpoints.All)
        {
            foreach (var through in (string[])[endpoint.Service, "gateway"])
            {
                using var body = new ByteArrayContent(
                    Encoding.UTF8.GetBytes(InputEndpoints.Fill(endpoint.Example, targets)));
                if (contentType is not null)
                    body.Headers.TryAddWithoutValidation("Content-Type", contentType);

                if (encoding is not null)
                    body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

                Refused(
                    HttpStatusCode.UnsupportedMediaType,
                    await shop.SendAsync(endpoint, targets, body, through),
                    $"{contentType} {encoding}");
            }
        }
    }

    [Fact]
    public async Task Every_spelling_of_the_JSON_content_type_is_accepted()
    {
        var targets = await shop.TargetsAsync();
        foreach (var contentType in (string[])[
            "application/json", "Application/JSON", "application/json;charset=utf-8",
            "application/json; charset=\"UTF-8\"",
        ])
        {
            using var body = new StringContent("""{"country":"DE","postalCode":"1","items":1}""");
            body.Headers.Remove("Content-Type");
            body.Headers.TryAddWithoutValidation("Content-Type", contentType);
            var answer = await shop.SendAsync(InputEndpoints.At(Quote), targets, body);
            Assert.True(answer.Status == HttpStatusCode.OK, $"{contentType}: {answer}");
        }
    }

    [Theory, Trait("Checklist", "S2"), Trait("Checklist", "I8")]
    [InlineData(65 * 1024, false)]
    [InlineData(3 * 1024 * 1024, false)]
    [InlineData(80 * 1024, true)]
    public async Task A_body_above_the_limit_is_refused(int size, bool chunked)
    {
        var targets = await shop.TargetsAsync();
        foreach (var endpoint in InputEndpoints.All)
        {
            foreach (var through in (string[])[endpoint.Service, "gateway"])
            {
                using HttpContent body = chunked
                    ? new StreamContent(
                        new MemoryStream(Encoding.UTF8.GetBytes($"{{\"note\":\"{new string('x', size)}\"}}")))
                    : Attacker.Json($"{{\"note\":\"{new string('x', size)}\"}}");
                body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                if (chunked)
                    body.Headers.ContentLength = null;

                var answer = await shop.SendAsync(endpoint, targets, body, through);
                // Without its length a body is read as far as it makes sense, which may end before it is too large.
                Refused(
                    chunked && answer.Status == HttpStatusCode.BadRequest
                        ? HttpStatusCode.BadRequest
                        : HttpStatusCode.RequestEntityTooLarge,
                    answer,
                    through);
            }
        }
    }

    [Fact, Trait("Checklist", "S2")]
    public async Task HEAD_is_answered_like_GET_on_every_route()
    {
        var targets = await shop.TargetsAsync();
        foreach (var (service, route, _) in AuthorizationRules.All.Where(
            line => line.Route.StartsWith("GET ", StringComparison.Ordinal) && line.Service != "gateway"))
        {
            var whole = await shop.Attacker.SendAsync(shop.At(service, targets.PathOf(route)), "GET", targets.Operator);
            var answer = await shop.Attacker.SendAsync(
                shop.At(service, targets.PathOf(route)), "HEAD", targets.Operator);
            Assert.True((answer.Status, answer.Body) == (whole.Status, ""), $"{answer}");
        }
    }

    private static void Refused(HttpStatusCode expected, Answer answer, string what)
    {
        Assert.True(answer.Status == expected, $"{what}: {answer}");
        Assert.Null(answer.Complaint());
    }
}
