using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>Requests whose end two servers could see at different places: none gets through as two.</summary>
[Trait("Checklist", "H1")]
[Collection(nameof(SharedShop))]
public sealed class RequestFramingTests(SharedShop shop)
{
    private const string Post =
        "POST /api/shipping/quotes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    private const string Smuggled = "GET /api/products/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string ChunkedSmuggled = "0\r\n\r\n" + Smuggled;

    private static readonly (string What, string Request)[] RefusedByAll =
    [
        ("two lengths", $"{Post}Content-Length: 0\r\nContent-Length: 60\r\n\r\n{Smuggled}"),
        ("list of lengths", $"{Post}Content-Length: 0, 60\r\n\r\n{Smuggled}"),
        ("negative length", $"{Post}Content-Length: -1\r\n\r\n{Smuggled}"),
        ("hexadecimal length", $"{Post}Content-Length: 0x0\r\n\r\n{Smuggled}"),
        ("huge length", $"{Post}Content-Length: 99999999999999999999\r\n\r\n{Smuggled}"),
        ("length with blank before the colon", $"{Post}Content-Length : 0\r\n\r\n{Smuggled}"),
        ("identity", $"{Post}Transfer-Encoding: identity\r\n\r\n{Smuggled}"),
        ("chunked not last", $"{Post}Transfer-Encoding: chunked, identity\r\n\r\n{ChunkedSmuggled}"),
        ("two encodings", $"{Post}Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n{ChunkedSmuggled}"),
        ("vertical tab", $"{Post}Transfer-Encoding: \vchunked\r\n\r\n{ChunkedSmuggled}"),
        ("unknown encoding", $"{Post}Transfer-Encoding: xchunked\r\n\r\n{ChunkedSmuggled}"),
        ("folded header", $"{Post}Transfer-Encoding:\r\n chunked\r\n\r\n{ChunkedSmuggled}"),
        ("NUL in a header", $"{Post}X: a\0b\r\nContent-Length: 0\r\n\r\n{Smuggled}"),
        ("carriage return in a header", $"{Post}X: a\rContent-Length: 60\r\n\r\n{Smuggled}"),
        ("two hosts", $"GET /api/products HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n{Smuggled}"),
        ("no host", $"GET /api/products HTTP/1.1\r\n\r\n{Smuggled}"),
        (
            "absolute form of another host",
            $"GET http://evil.example/api/products HTTP/1.1\r\nHost: localhost\r\n\r\n{Smuggled}"),
        ("unknown version", $"GET /api/products HTTP/9.9\r\nHost: localhost\r\n\r\n{Smuggled}"),
        ("blank in the target", $"GET /api/products /x HTTP/1.1\r\nHost: localhost\r\n\r\n{Smuggled}"),
        ("NUL in the path", $"GET /api/products%00 HTTP/1.1\r\nHost: localhost\r\n\r\n{Smuggled}"),
        ("line feed in a chunk extension", Chunked($"2;\nxx\r\n{{}}\r\n{ChunkedSmuggled}")),
        ("carriage return in a chunk extension", Chunked($"2;\rxx\r\n{{}}\r\n{ChunkedSmuggled}")),
        ("negative chunk", Chunked($"-2\r\n{{}}\r\n{ChunkedSmuggled}")),
        ("chunk size with a sign of base", Chunked($"0x2\r\n{{}}\r\n{ChunkedSmuggled}")),
        ("chunk size that overflows", Chunked($"100000000000000002\r\n{{}}\r\n{ChunkedSmuggled}")),
        ("chunk without its end", Chunked($"2\r\n{{}}X\r\n{ChunkedSmuggled}")),
        ("chunked with bare line feeds", Chunked($"2\n{{}}\n0\n\n{Smuggled}")),
    ];

    // Kestrel takes these for what they most likely mean; before us may be a server that takes them for something else.
    private static readonly (string What, string Request)[] RefusedByTheGateway =
    [
        ("length and chunked", $"{Post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{ChunkedSmuggled}"),
        (
            "chunked and length",
            $"{Post}Transfer-Encoding: chunked\r\nContent-Length: {ChunkedSmuggled.Length}\r\n\r\n{ChunkedSmuggled}"),
        ("chunked twice", $"{Post}Transfer-Encoding: chunked, chunked\r\n\r\n{ChunkedSmuggled}"),
    ];

    [Fact]
    public async Task Ambiguous_framing_is_refused_and_closes_the_connection()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var (what, request) in RefusedByAll.Concat(RefusedByTheGateway))
        {
            gateway.Behind.Clear();

            var answer = await RawHttp.SendAsync(gateway.Port, request, TimeSpan.FromSeconds(5));

            Assert.True(IsRefusal(answer), $"{what}: {answer}");
            Assert.DoesNotContain(gateway.Behind, seen => seen.Target.Contains("smuggled", StringComparison.Ordinal));
            Assert.InRange(gateway.Behind.Count, 0, 1);
        }
    }

    [Fact]
    public async Task The_gateway_and_the_services_refuse_the_same_framing()
    {
        foreach (var (what, request) in RefusedByAll)
        {
            var answers = await Task.WhenAll(
                new[] { "gateway", "shipping" }.Select(
                    service => RawHttp.SendAsync(shop.PortOf(service), request, TimeSpan.FromSeconds(5))));

            Assert.All(answers, answer => Assert.True(IsRefusal(answer), $"{what}: {answer}"));
            Assert.True(answers[0].Status == answers[1].Status, $"{what}: {answers[0]}\n{answers[1]}");
        }

        foreach (var (what, request) in RefusedByTheGateway)
            (await RawHttp.SendAsync(shop.PortOf("gateway"), request)).IsProblem(400, what);

        await shop.Anonymous().GetAsync("/api/products?limit=1");
    }

    [Theory]
    [InlineData("a body that says it is empty", Post + "Content-Length: 0\r\n\r\n" + Smuggled)]
    [InlineData("a chunked body that is empty", Post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Smuggled)]
    [InlineData(
        "a body that looks like a request",
        "GET /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n"
            + "GET /api/products/inside HTTP/1.1\r\nHost: localhost\r\nX: abcde\r\n"
            + Smuggled)]
    [InlineData("a length with a sign", Post + "Content-Length: +0\r\n\r\n" + Smuggled)]
    [InlineData("bare line feeds", "GET /api/products HTTP/1.1\nHost: localhost\n\n" + Smuggled)]
    [InlineData(
        "a chunk extension", Post + "Transfer-Encoding: chunked\r\n\r\n2;name=value\r\n{}\r\n0\r\n\r\n" + Smuggled)]
    public async Task Two_pipelined_requests_are_two_for_the_gateway_and_the_service(string what, string requests)
    {
        await using var gateway = await GatewayHost.StartAsync();

        var answer = await RawHttp.SendAsync(
            gateway.Port,
            requests.Replace(
                "smuggled HTTP/1.1\r\n", "smuggled HTTP/1.1\r\nConnection: close\r\n", StringComparison.Ordinal));

        Assert.True(answer.Statuses.Length == 2 && answer.Closed, $"{what}: {answer}");
        Assert.Single(gateway.Behind, seen => seen.Target == "/api/products/smuggled");
        Assert.DoesNotContain(gateway.Behind, seen => seen.Target.Contains("inside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trailers_are_ignored()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var token = GatewayHost.TokenOf(Guid.CreateVersion7());
        var trailers =
            $"2\r\n{{}}\r\n0\r\nAuthorization: Bearer {token}\r\nX-User-Id: 1\r\nHost: evil.example\r\n"
                + $"Content-Length: 5\r\n\r\n";

        var refused = await RawHttp.SendAsync(
            gateway.Port,
            $"POST /api/orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + $"Trailer: Authorization\r\nTransfer-Encoding: chunked\r\n\r\n{trailers}");
        var passed = await RawHttp.SendAsync(
            gateway.Port, $"{Post}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n{trailers}");

        Assert.Equal((401, 200), (refused.Status, passed.Status));
        var seen = Assert.Single(gateway.Behind);
        Assert.Equal("{}", seen.Body);
        Assert.DoesNotContain(seen.Headers.Keys, name => name is "Authorization" or "X-User-Id" or "Trailer");
    }

    [Fact]
    public async Task An_upgrade_to_HTTP_2_is_not_offered_and_not_passed_on()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var upgrade = await RawHttp.SendAsync(
            gateway.Port,
            "GET /api/products HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: "
                + "h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");
        var prior = await RawHttp.SendAsync(
            gateway.Port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", TimeSpan.FromSeconds(5));

        Assert.Equal(200, upgrade.Status);
        Assert.DoesNotContain(
            Assert.Single(gateway.Behind).Headers.Keys, name => name is "Upgrade" or "HTTP2-Settings");
        Assert.True(prior.Closed && !prior.Text.Contains(" 200 ", StringComparison.Ordinal), prior.ToString());
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_read()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var large = new string('a', 70_000);

        var announced = await RawHttp.SendAsync(gateway.Port, $"{Post}Content-Length: 1000000000\r\n\r\n{{");
        var chunked = await RawHttp.SendAsync(
            gateway.Port, $"{Post}Transfer-Encoding: chunked\r\n\r\n{large.Length:x}\r\n{large}\r\n0\r\n\r\n");
        var headers = await RawHttp.SendAsync(
            gateway.Port, $"GET /api/products HTTP/1.1\r\nHost: localhost\r\nX: {large}\r\n\r\n");
        var many = await RawHttp.SendAsync(
            gateway.Port,
            $"GET /api/products HTTP/1.1\r\nHost: localhost\r\n{string.Concat(
                Enumerable.Range(0, 120).Select(i => $"X{i}: 1\r\n"))}\r\n");
        var target = await RawHttp.SendAsync(
            gateway.Port, $"GET /api/products?{large} HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(
            [413, 413, 431, 431, 414], [announced.Status, chunked.Status, headers.Status, many.Status, target.Status]);
        Assert.Contains("application/problem+json", announced.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Behind, seen => seen.Body.Length > 0);
    }

    private static bool IsRefusal(RawHttp.Answer answer) =>
        answer is { Closed: true, Statuses: [400 or 411 or 413 or 415 or 501 or 505] };

    private static string Chunked(string chunks) => $"{Post}Transfer-Encoding: chunked\r\n\r\n{chunks}";
}
