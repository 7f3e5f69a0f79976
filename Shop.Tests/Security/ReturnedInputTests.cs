using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>
/// What a client got from us and hands back: cursors, ETags, cookies, ids. It is input like any other, however much its
/// form looks like ours: nothing that a stranger puts there is a failure of the shop.
/// </summary>
[Collection(nameof(AttackedShop))]
public class ReturnedInputTests(AttackedShop shop)
{
    private const int Seed = 9;
    private const int ChecksumBytes = 8;
    private const int HeadersPerRoute = 24;

    private static readonly string Id = "01968a30-0000-7000-8000-000000000001";

    /// <summary>Contents of a cursor that are well formed outside and not what any list has written.</summary>
    private static readonly byte[][] Contents =
    [
        .. ((string[])
        [
            "x", "", "\n", "\n\n\n", "[1,2]", "{}", "null", "[null,null]", $"[\"\\ud800\",\"{Id}\"]",
            $"[\"\\u0000\",\"{Id}\"]", $"[\"a\",\"{Id}\"]",
            $"a\0b\n{Id}", $"\0\n{Id}", $"a\n{Id}\n{Id}", $"{Id}\n{Id}", $"a\n{{{Id}}}", "a\nnot-an-id",
            $"{new string('a', 201)}\n{Id}", $"\u202e\n{Id}", Id, $"{Id}\0",
            "-1", "9223372036854775808", "1e3", "\u0661", " 1", $"'; DROP TABLE orders.products; --\n{Id}",
            $"\ufeff\n{Id}",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xed, 0xa0, 0x80, .. Encoding.UTF8.GetBytes($"\n{Id}")],
        [0xff, 0xfe, 0x00, .. Encoding.UTF8.GetBytes($"\n{Id}")],
        [0xc3, 0x28, .. Encoding.UTF8.GetBytes($"\n{Id}")],
    ];

    /// <summary>
    /// Values with the outer form of something that we give out, or of something that programs like to misread.
    /// </summary>
    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "1e3", "NaN", "null", "true",
        "[]", "{}", "\"\"", "*", "W/\"1\"", "\"1\"",
        "\"1.1\"", "\"-1.-1\"", "\"99999999999.1\"", "\"1.1\", \"2\", *", "\"unfinished", "W/", "\"a\"b\"c\"", Id,
        "{01968a30-0000-7000-8000-000000000001}",
        "01968a30000070008000000000000001", "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff", "(0x01968a30,0x0000,0x7000,{0x80})",
        "eyJhbGciOiJub25lIn0.e30.", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "a b", "a\u00a0b", "\u00e9", "\ud83d\ude00", "%00", "%", "%zz", "%ED%A0%80", "%C0%80", "%EF%BF%BF",
        "..%2f..%2f", "' OR '1'='1", "\\u0000", "\\ud800", "a;b=c", "a,b", "1-0", "99999999999999999999-1",
        "Thu, 01 Jan 1970 00:00:00 GMT", "bytes=0-", "00-00000000000000000000000000000000-0000000000000000-00",
    ];

    private static readonly string[] Headers =
    [
        "If-Match", "If-None-Match", "If-Modified-Since", "If-Range", "Range", "Last-Event-ID", "Idempotency-Key",
        "X-Shop-Session", "Accept-Language", "Cookie",
    ];

    private static readonly string[] Cookies = ["shop-cart", "shop-session", "__Secure-shop-session"];

    [Fact, Trait("Checklist", "I5")]
    public async Task A_forged_cursor_is_refused()
    {
        var targets = await shop.TargetsAsync();
        var owner = SubjectOf(targets.Owner);
        await AdjustTwiceAsync(targets);
        var lists = new (string List, string Path, string? Token)[]
        {
            ("products", "/api/products?limit=1&after=", null),
            ("products e", "/api/products?limit=1&search=e&after=", null),
            ($"orders {owner}", "/api/orders?limit=1&after=", targets.Owner),
            ($"stock {targets.Product}", $"/api/products/{targets.Product}/stock?limit=1&after=", targets.Operator),
        };
        foreach (var (list, path, token) in lists)
        {
            // A stranger knows how to forge one; if this test does not any more, it tries nothing.
            var answer = await shop.Attacker.SendAsync(
                shop.At("orders", path.Replace("&after=", "", StringComparison.Ordinal)), "GET", token);
            if ((string?)answer.Json["next"] is { } ours)
                Assert.Equal(ours, Forged(list, Base64Url.DecodeFromChars(ours)[ChecksumBytes..]));

            await AttackRunner.RunAsync(Contents, async content =>
            {
                var forged = await shop.Attacker.SendAsync(
                    shop.At("orders", $"{path}{Forged(list, content)}"), "GET", token);
                return (int)forged.Status is 200 or 400
                    ? forged.Complaint()
                    : $"{Encoding.UTF8.GetString(content)}: {forged}";
            });
        }
    }

    [Fact, Trait("Checklist", "I5")]
    public async Task No_query_header_or_cookie_value_makes_a_server_error()
    {
        var targets = await shop.TargetsAsync();
        // The same attacks in every run; another seed is other ones.
        var random = new Random(Seed);
        var attacks = new List<Attack>();
        foreach (var service in AttackedShop.Services)
        {
            foreach (var (path, parameters) in await ReadingRoutesAsync(service))
            {
                var address = targets.PathOf($"GET {path}");
                var token = random.Next(4) == 0 ? targets.Owner : targets.Operator;
                attacks.AddRange(from parameter in parameters
                                 from value in Values
                                 select new Attack(
                                     service,
                                     "GET",
                                     $"{address}?{parameter}={Escaped(value)}",
                                     token,
                                     "Accept",
                                     "*/*"));
                attacks.AddRange(
                    Enumerable.Range(0, HeadersPerRoute).Select(_ => Header(random, service, "GET", address, token)));
            }
        }

        attacks.AddRange(from endpoint in InputEndpoints.All
                         where endpoint.Every == 1
                         from _ in Enumerable.Range(0, HeadersPerRoute)
                         select Header(
                             random,
                             endpoint.Service,
                             endpoint.Verb,
                             targets.PathOf(endpoint.Route),
                             targets.TokenOf(endpoint.By),
                             endpoint.Example));

        Assert.True(attacks.Count > 500, $"Only {attacks.Count} attacks.");
        await AttackRunner.RunAsync(attacks, async attack =>
        {
            using var body = attack.Body is null ? null : Attacker.Json(InputEndpoints.Fill(attack.Body, targets));
            var answer = await shop.Attacker.SendAsync(
                shop.At(attack.Service, attack.Path),
                attack.Verb,
                attack.Token,
                body,
                (attack.Name, attack.Value));
            return answer.Complaint() is { } complaint ? $"{attack.Name}: {attack.Value}: {complaint}" : null;
        });
    }

    private static Attack Header(
        Random random, string service, string verb, string path, string? token, string? body = null)
    {
        var (name, value) = (Pick(Headers), Pick(Values));
        if (name == "Cookie")
            value = string.Join(
                "; ", Enumerable.Range(0, random.Next(1, 3)).Select(_ => $"{Pick(Cookies)}={Pick(Values)}"));

        return new(service, verb, path, token, name, value, body);

        string Pick(string[] from) => from[random.Next(from.Length)];
    }

    private static string Forged(string list, byte[] content) =>
        Base64Url.EncodeToString(
            [.. SHA256.HashData([.. Encoding.UTF8.GetBytes(list), .. content]).AsSpan(0, ChecksumBytes), .. content]);

    // What is escaped already stays as it is: some of it is no UTF-8.
    private static string Escaped(string value) => value.StartsWith('%') ? value : Uri.EscapeDataString(value);

    private static string SubjectOf(string token) =>
        (string)JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!["sub"]!;

    private async Task AdjustTwiceAsync(Targets targets)
    {
        for (var time = 0; time < 2; time++)
        {
            using var body = Attacker.Json("""{"change":1,"reason":"Counted."}""");
            await shop.Attacker.SendAsync(
                shop.At("orders", $"/api/products/{targets.Product}/stock"),
                "POST",
                targets.Operator,
                body,
                ("Idempotency-Key", Customer.NewKey()));
        }
    }

    private async Task<List<(string Path, string[] Parameters)>> ReadingRoutesAsync(string service)
    {
        var document = (await shop.Attacker.SendAsync(shop.At(service, "/openapi/v1.json"), "GET")).Json;
        return [.. from path in document["paths"]!.AsObject()
                   where path.Value!["get"] is not null
                   let parameters = path.Value["get"]!["parameters"]?.AsArray() ?? []
                   select (path.Key, (string[])[.. from parameter in parameters
                                                   where (string?)parameter!["in"] == "query"
                                                   select (string)parameter["name"]!])];
    }

    private sealed record Attack(
        string Service, string Verb, string Path, string? Token, string Name, string Value, string? Body = null)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Verb} {Path} {Name}: {Value}");
    }
}
