using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Security;

/// <summary>The gateway with small quotas: who asks too often is sent away, and nobody else notices.</summary>
[Trait("Checklist", "R1")]
public sealed partial class GatewayRateLimitTests
{
    private static readonly string[] Small =
    [
        "RateLimits:User:Quota=20", "RateLimits:User:Window=00:10:00", "RateLimits:Address:Quota=40",
        "RateLimits:Address:Window=00:10:00",
        "RateLimits:Session:Quota=5", "RateLimits:Session:Window=00:10:00", "RateLimits:Cart:Quota=3",
        "RateLimits:Cart:Window=00:10:00",
    ];

    private static readonly string[] BehindAProxy = [.. Small, "TrustedProxies=127.0.0.0/8"];

    [Fact]
    public async Task A_user_over_the_quota_is_told_when_to_retry_and_others_are_served()
    {
        await using var gateway = await GatewayHost.StartAsync(Small);
        var (greedy, modest) = (GatewayHost.TokenOf(Guid.CreateVersion7()), GatewayHost.TokenOf(Guid.CreateVersion7()));

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 30; i++)
            answers.Add(await gateway.SendAsync(HttpMethod.Get, "/api/orders", greedy));

        Assert.Equal(
            [.. Enumerable.Repeat(HttpStatusCode.OK, 20), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 10)],
            answers.Select(answer => answer.StatusCode));
        Assert.Equal(20, gateway.Behind.Count);
        Assert.Equal(
            Enumerable.Range(0, 20).Reverse(), answers.Take(20).Select(answer => (int)Fields(answer).Remaining));
        var refusal = answers[^1];
        var (policy, remaining, reset) = Fields(refusal);
        Assert.Equal("\"user\";q=20;w=600", policy);
        Assert.Equal(0, remaining);
        Assert.Equal(refusal.Headers.RetryAfter?.Delta, TimeSpan.FromSeconds(reset));
        Assert.InRange(reset, 1, 1200);
        var problem = JsonNode.Parse(await refusal.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("application/problem+json", refusal.Content.Headers.ContentType?.MediaType);
        Assert.Equal((429, reset), ((int)problem["status"]!, (long)problem["retryAfter"]!));
        Assert.Equal(32, ((string)problem["traceId"]!).Length);
        Assert.Equal("no-store", refusal.Headers.CacheControl?.ToString());

        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(HttpMethod.Get, "/api/orders", modest)).StatusCode);
    }

    [Fact]
    public async Task A_user_has_one_quota_from_all_addresses()
    {
        await using var gateway = await GatewayHost.StartAsync(BehindAProxy);
        var token = GatewayHost.TokenOf(Guid.CreateVersion7());

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 25; i++)
            answers.Add(
                (await gateway.SendAsync(
                    HttpMethod.Get, "/api/orders", token, ("X-Forwarded-For", $"203.0.113.{i}"))).StatusCode);

        Assert.Equal(20, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(5, answers.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Theory]
    [Trait("Checklist", "H4")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Real-IP")]
    [InlineData("True-Client-IP")]
    [InlineData("Forwarded")]
    [InlineData("X_Forwarded_For")]
    public async Task A_caller_cannot_choose_an_address(string header)
    {
        await using var gateway = await GatewayHost.StartAsync(Small);

        var served = 0;
        for (var i = 0; i < 50; i++)
        {
            var address = header == "Forwarded" ? $"for=203.0.113.{i}" : $"203.0.113.{i}";
            served += (await gateway.SendAsync(
                HttpMethod.Get, "/api/products", headers: (header, address))).IsSuccessStatusCode
                ? 1
                : 0;
        }

        Assert.Equal(40, served);
    }

    [Fact]
    public async Task Only_the_address_that_a_trusted_proxy_added_counts()
    {
        await using var gateway = await GatewayHost.StartAsync(BehindAProxy);

        Assert.Equal(40, await ServedAsync(gateway, 50, i => $"198.51.100.{i}, 203.0.113.7"));
        Assert.Equal(1, await ServedAsync(gateway, 1, _ => "203.0.113.8"));
        // What is no address at all is the proxy's own.
        Assert.Equal(40, await ServedAsync(gateway, 50, i => $"unknown-{i}"));
    }

    [Fact]
    public async Task An_IPv6_address_counts_as_its_64_bit_prefix()
    {
        await using var gateway = await GatewayHost.StartAsync(BehindAProxy);

        Assert.Equal(40, await ServedAsync(gateway, 50, i => $"2001:db8:1:2:{i:x}::{i:x}"));
        Assert.Equal(1, await ServedAsync(gateway, 1, _ => "2001:db8:1:3::1"));
        Assert.Equal(40, await ServedAsync(gateway, 50, i => i % 2 == 0 ? "203.0.113.9" : "::ffff:203.0.113.9"));
    }

    [Fact]
    public async Task Registering_and_signing_in_share_a_small_quota_also_with_a_token()
    {
        await using var gateway = await GatewayHost.StartAsync(Small);
        var token = GatewayHost.TokenOf(Guid.CreateVersion7());
        (HttpMethod Method, string Path)[] tries =
        [
            (HttpMethod.Post, "/api/users"), (HttpMethod.Post, "/api/users/session"),
            (HttpMethod.Post, "/API/Users/Session/"),
            (HttpMethod.Post, "/api/users/session/refresh"), (HttpMethod.Delete, "/api/users/session"),
        ];

        foreach (var (method, path) in tries)
            Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(method, path, token)).StatusCode);

        foreach (var (method, path) in tries)
        {
            var refusal = await gateway.SendAsync(method, path, token);
            Assert.Equal(
                (HttpStatusCode.TooManyRequests, "\"session\";q=5;w=600"),
                (refusal.StatusCode, Fields(refusal).Policy));
        }

        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(HttpMethod.Get, "/api/products")).StatusCode);
    }

    [Fact]
    public async Task Guest_carts_have_their_own_quota_and_customers_count_by_account()
    {
        await using var gateway = await GatewayHost.StartAsync(Small);
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(HttpMethod.Put, "/api/cart")).StatusCode);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await gateway.SendAsync(HttpMethod.Put, "/api/cart")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(HttpMethod.Get, "/api/cart")).StatusCode);
        var customers = await gateway.SendAsync(
            HttpMethod.Put, "/api/cart", GatewayHost.TokenOf(Guid.CreateVersion7()));
        Assert.Equal((HttpStatusCode.OK, "\"user\";q=20;w=600"), (customers.StatusCode, Fields(customers).Policy));
    }

    [Fact]
    public async Task An_invalid_token_counts_by_address()
    {
        await using var gateway = await GatewayHost.StartAsync(Small);

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 50; i++)
            answers.Add((await gateway.SendAsync(HttpMethod.Get, "/api/orders", $"not.a.token{i}")).StatusCode);

        Assert.Equal(
            [
                .. Enumerable.Repeat(HttpStatusCode.Unauthorized, 40),
                .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 10),
            ],
            answers);
    }

    [Fact]
    public async Task A_stalled_Redis_delays_nobody_and_limits_still_hold()
    {
        using var silent = TcpListener.Create(0);
        silent.Start();
        await using var gateway = await GatewayHost.StartAsync(
            [.. Small, $"ConnectionStrings:redis=localhost:{((IPEndPoint)silent.LocalEndpoint).Port},password=x"]);
        var token = GatewayHost.TokenOf(Guid.CreateVersion7());
        await gateway.SendAsync(HttpMethod.Get, "/api/orders", token);
        using var sharing = await silent.AcceptSocketAsync(TestContext.Current.CancellationToken);

        var watch = Stopwatch.StartNew();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 30; i++)
            answers.Add((await gateway.SendAsync(HttpMethod.Get, "/api/orders", token)).StatusCode);

        Assert.Equal(19, answers.Count(status => status == HttpStatusCode.OK));
        // Redis' own time-out is five seconds.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Probes_are_not_counted()
    {
        await using var gateway = await GatewayHost.StartAsync(Small);
        for (var i = 0; i < 100; i++)
        {
            var answer = await gateway.SendAsync(HttpMethod.Get, "/health/live");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.False(answer.Headers.Contains("RateLimit"));
        }
    }

    private static async Task<int> ServedAsync(GatewayHost gateway, int requests, Func<int, string> forwardedFor)
    {
        var served = 0;
        for (var i = 0; i < requests; i++)
            served += (await gateway.SendAsync(
                HttpMethod.Get, "/api/products", headers: ("X-Forwarded-For", forwardedFor(i)))).IsSuccessStatusCode
                ? 1
                : 0;

        return served;
    }

    private static (string Policy, long Remaining, long Reset) Fields(HttpResponseMessage answer)
    {
        var policy = Assert.Single(answer.Headers.GetValues("RateLimit-Policy"));
        var state = StateField().Match(Assert.Single(answer.Headers.GetValues("RateLimit")));
        Assert.True(state.Success);
        Assert.StartsWith($"\"{state.Groups[1].Value}\";", policy, StringComparison.Ordinal);
        return (
            policy, long.Parse(state.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
            long.Parse(state.Groups[3].ValueSpan, CultureInfo.InvariantCulture));
    }

    // RFC 9651: a list with one item, a string, with two integer parameters.
    [GeneratedRegex("""^"([a-z]+)";r=(\d{1,15});t=(\d{1,15})$""")]
    private static partial Regex StateField();
}
