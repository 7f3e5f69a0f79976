using System.Net;

namespace Shop.Tests.Security;

/// <summary>What a caller says about hosts, addresses, users and traces, and what becomes of it.</summary>
public sealed class GatewayHeaderTests
{
    private static readonly (string Name, string Value)[] Forged =
    [
        ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Prefix", "/evil"),
        ("X-Forwarded-Port", "1"), ("X-Forwarded-User", "operator"),
        ("Forwarded", "for=203.0.113.1;host=evil.example"), ("X-Real-IP", "203.0.113.1"),
        ("True-Client-IP", "203.0.113.1"), ("CF-Connecting-IP", "203.0.113.1"), ("X-Client-IP", "203.0.113.1"),
        ("X-Original-For", "203.0.113.1"),
        ("X-User-Id", "1"), ("X-User", "operator"), ("x-userid", "1"), ("X_User_Id", "1"),
        ("x_forwarded_for", "203.0.113.1"), ("X-Internal-Call", "true"),
        ("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "DELETE"), ("X-Original-URL", "/api/users"),
        ("X-Rewrite-URL", "/api/users"),
        ("X-Auth-Request-User", "operator"), ("X-Remote-User", "operator"), ("Proxy", "http://evil.example"),
        ("Any_Underscore", "1"),
        ("Baggage", "user=operator"), ("Correlation-Context", "user=operator"), ("Request-Id", "|evil.1."),
    ];

    [Fact]
    [Trait("Checklist", "H4")]
    public async Task Forged_forwarding_headers_do_not_reach_a_service()
    {
        await using var gateway = await GatewayHost.StartAsync();

        Assert.Equal(
            HttpStatusCode.OK, (await gateway.SendAsync(HttpMethod.Get, "/api/products", headers: Forged)).StatusCode);

        var seen = Assert.Single(gateway.Behind);
        Assert.Equal(("GET", "/api/products"), (seen.Method, seen.Target));
        Assert.Equal("127.0.0.1", seen.Headers["X-Forwarded-For"]);
        Assert.Equal("http", seen.Headers["X-Forwarded-Proto"]);
        var written = new[] { "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host" };
        Assert.DoesNotContain(
            Forged.Select(one => one.Name).Except(written, StringComparer.OrdinalIgnoreCase), seen.Headers.ContainsKey);
        Assert.DoesNotContain(
            seen.Headers.Values,
            value =>
                value.Contains("evil", StringComparison.Ordinal)
                    || value.Contains("203.0.113", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Checklist", "H4")]
    public async Task A_trusted_proxy_names_the_caller_and_nothing_else()
    {
        await using var gateway = await GatewayHost.StartAsync("TrustedProxies=10.0.0.0/8,127.0.0.0/8");

        var answer = await gateway.SendAsync(
            HttpMethod.Get, "/api/products", headers: [.. Forged.Where(one => one.Name != "x_forwarded_for")]);

        var seen = Assert.Single(gateway.Behind);
        Assert.Equal(("203.0.113.1", "https"), (seen.Headers["X-Forwarded-For"], seen.Headers["X-Forwarded-Proto"]));
        Assert.StartsWith("127.0.0.1", seen.Headers["X-Forwarded-Host"], StringComparison.Ordinal);
        Assert.DoesNotContain(
            seen.Headers.Keys,
            name =>
                name.StartsWith("X-Original", StringComparison.OrdinalIgnoreCase)
                    || name.StartsWith("X-User", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
    }

    [Theory]
    [Trait("Checklist", "H10")]
    [InlineData("Production", "https", true)]
    [InlineData("Production", "http", false)]
    [InlineData("Development", "https", false)]
    public async Task HSTS_is_sent_where_there_is_https(string environment, string scheme, bool expected)
    {
        await using var gateway = await GatewayHost.StartAsync(environment, ["TrustedProxies=127.0.0.0/8"]);

        var answer = await gateway.SendAsync(
            HttpMethod.Get, "/nothing", GatewayHost.TokenOf(Guid.CreateVersion7()), ("X-Forwarded-Proto", scheme));

        Assert.Equal(expected, answer.Headers.Contains("Strict-Transport-Security"));
        await answer.IsProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [Trait("Checklist", "H3")]
    [InlineData("GET /api/products HTTP/1.1\r\nHost: evil.example", 421)]
    [InlineData("GET /api/products HTTP/1.1\r\nHost: shop.example.evil.example", 421)]
    [InlineData("GET /api/products HTTP/1.1\r\nHost: localhost:99999", 421)]
    [InlineData("GET /api/products HTTP/1.1\r\nHost:", 421)]
    [InlineData("GET http://evil.example/api/products HTTP/1.1\r\nHost: evil.example", 421)]
    [InlineData("GET /api/products HTTP/1.1\r\nHost: shop.example@evil.example", 400)]
    [InlineData("GET /api/products HTTP/1.1\r\nHost: localhost:port", 400)]
    [InlineData("GET /api/products HTTP/1.1\r\nHost: evil.example/localhost", 400)]
    [InlineData("GET http://user@localhost/api/products HTTP/1.1\r\nHost: localhost", 200)]
    [InlineData("GET /api/products HTTP/1.1\r\nHost: shop.example", 200)]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: 10.1.2.3:8080", 200)]
    public async Task Only_our_own_hosts_are_served(string head, int expected)
    {
        await using var gateway = await GatewayHost.StartAsync();

        var answer = await RawHttp.SendAsync(gateway.Port, $"{head}\r\nConnection: close\r\n\r\n");

        Assert.True(answer.Status == expected, answer.ToString());
        Assert.DoesNotContain("evil", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Behind, seen => expected != 200);
        if (expected == 421)
            answer.IsProblem(421);
    }

    [Fact]
    [Trait("Checklist", "H8")]
    public async Task A_valid_trace_context_is_continued_and_an_invalid_one_is_not()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var trace = new string('a', 31) + "1";
        var junk = string.Concat(Enumerable.Repeat("junk/", 1600));

        await gateway.SendAsync(
            HttpMethod.Get,
            "/api/products",
            headers: [
                ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"),
                ("tracestate", "evil=1"),
                ("baggage", "evil=1"),
            ]);
        await gateway.SendAsync(
            HttpMethod.Get, "/api/products", headers: [("traceparent", junk), ("tracestate", junk), ("baggage", junk)]);
        await gateway.SendAsync(
            HttpMethod.Get,
            "/api/products",
            headers: [("traceparent", "00-00000000000000000000000000000000-0000000000000000-01")]);
        await gateway.SendAsync(
            HttpMethod.Get, "/api/products", headers: [("Request-Id", "|evil.1."), ("Correlation-Context", "evil=1")]);

        var seen = gateway.Behind.ToArray();
        Assert.Equal(4, seen.Length);
        Assert.Contains(trace, seen[0].Headers["traceparent"], StringComparison.Ordinal);
        Assert.All(
            seen[1..],
            one =>
                Assert.Matches(
                    "^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$", one.Headers["traceparent"]));
        Assert.All(
            seen,
            one =>
                Assert.DoesNotContain(
                    one.Headers.Keys,
                    name => name is "tracestate" or "baggage" or "Request-Id" or "Correlation-Context"));
        Assert.All(
            seen,
            one =>
                Assert.DoesNotContain(
                    one.Headers.Values,
                    value =>
                        value.Contains("evil", StringComparison.Ordinal)
                            || value.Contains("junk", StringComparison.Ordinal)));
        var refused = await gateway.SendAsync(
            HttpMethod.Get, "/nothing", GatewayHost.TokenOf(Guid.CreateVersion7()), ("traceparent", junk));
        await refused.IsProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [Trait("Checklist", "H6")]
    [InlineData("https://shop.example", true)]
    [InlineData("https://shop.example.evil", false)]
    [InlineData("https://evil-shop.example", false)]
    [InlineData("http://shop.example", false)]
    [InlineData("https://shop.example:8443", false)]
    [InlineData("null", false)]
    [InlineData("https://SHOP.example.", false)]
    public async Task Other_origins_may_read_only_if_configured(string origin, bool allowed)
    {
        await using var open = await GatewayHost.StartAsync("Cors:Origins:0=https://shop.example");
        await using var closed = await GatewayHost.StartAsync();
        foreach (var gateway in new[] { open, closed })
        {
            var expected = allowed && gateway == open ? origin : null;
            var simple = await gateway.SendAsync(HttpMethod.Get, "/api/products", headers: ("Origin", origin));
            var preflight = await gateway.SendAsync(
                HttpMethod.Options,
                "/api/orders",
                headers: [
                    ("Origin", origin),
                    ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "authorization"),
                ]);

            foreach (var answer in new[] { simple, preflight })
            {
                Assert.Equal(
                    expected,
                    answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins)
                        ? Assert.Single(origins)
                        : null);
                Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
            }
        }

        Assert.DoesNotContain(open.Behind.Concat(closed.Behind), seen => seen.Method == "OPTIONS");
    }
}
