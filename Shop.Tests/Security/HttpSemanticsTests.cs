using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What any HTTP client may expect of a resource, whoever it is.</summary>
[Collection(nameof(SharedShop))]
public sealed class HttpSemanticsTests(SharedShop shop)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("Checklist", "H6")]
    public async Task HEAD_is_answered_as_GET_without_the_body()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        var visitor = shop.Anonymous().Http;
        foreach (var path in (string[])[
            "/api/products?limit=1", $"/api/products/{product}", $"/api/products/{Guid.CreateVersion7()}",
            "/api/shipping/rates", "/.well-known/jwks.json", "/api/cart", "/api/orders", "/robots.txt",
        ])
        {
            var get = await visitor.SendAsync(HttpMethod.Get, path);
            var head = await visitor.SendAsync(HttpMethod.Head, path);

            Assert.True(get.StatusCode == head.StatusCode, $"{path}: GET {get.StatusCode}, HEAD {head.StatusCode}");
            Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Equal(get.Headers.ETag, head.Headers.ETag);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        }
    }

    [Theory, Trait("Checklist", "H6")]
    [InlineData("/api/products", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")]
    [InlineData("/api/cart", "DELETE, GET, HEAD, OPTIONS, PUT")]
    [InlineData("/api/shipping/quotes", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")]
    [InlineData("/.well-known/jwks.json", "GET, HEAD, OPTIONS")]
    public async Task OPTIONS_tells_anybody_the_allowed_methods(string path, string methods)
    {
        var answer = await shop.Anonymous().Http.SendAsync(HttpMethod.Options, path);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(methods, string.Join(", ", answer.Content.Headers.Allow));
    }

    [Fact, Trait("Checklist", "H7")]
    public async Task Favicon_and_robots_need_no_token()
    {
        var visitor = shop.Anonymous().Http;
        var icon = await visitor.GetAsync(new Uri("/favicon.ico", UriKind.Relative), Cancel);
        Assert.Equal(
            (HttpStatusCode.OK, "image/svg+xml"), (icon.StatusCode, icon.Content.Headers.ContentType?.MediaType));
        // The shop is there for everybody.
        Assert.Contains(
            "<title>Shop</title>", await visitor.GetStringAsync(new Uri("/", UriKind.Relative), Cancel),
            StringComparison.Ordinal);
        Assert.Contains(
            "Disallow: /api/",
            await visitor.GetStringAsync(new Uri("/robots.txt", UriKind.Relative), Cancel),
            StringComparison.Ordinal);
    }

    [Fact, Trait("Checklist", "J9")]
    public async Task A_refused_token_is_called_invalid_and_a_missing_one_is_not()
    {
        foreach (var path in (string[])["/api/orders", "/api/users/me"])
        {
            Assert.Equal("Bearer", await ChallengeAsync(path, null));
            Assert.Equal("Bearer error=\"invalid_token\"", await ChallengeAsync(path, "Bearer not.a.token"));
        }

        Assert.Equal("Bearer error=\"invalid_token\"", await ChallengeAsync("/api/cart", "Bearer not.a.token"));
    }

    [Fact, Trait("Checklist", "H9")]
    public async Task An_unchanged_page_of_products_is_304()
    {
        var seller = await shop.OperatorAsync();
        var word = $"Page{Guid.CreateVersion7():N}";
        var product = await Customer.Read(
            await seller.SendAsync(HttpMethod.Post, "/api/products", Visitors.Product(name: word)),
            HttpStatusCode.Created);
        var visitor = shop.Anonymous().Http;
        var path = $"/api/products?search={word}";
        var first = await visitor.SendAsync(HttpMethod.Get, path);
        var tag = first.Headers.ETag!.ToString();

        Assert.Equal(
            HttpStatusCode.NotModified,
            (await visitor.SendAsync(HttpMethod.Get, path, header: "If-None-Match", value: tag)).StatusCode);
        await Customer.Read(
            await seller.SendAsync(
                HttpMethod.Post,
                $"/api/products/{product["id"]}/stock",
                new { change = -1, reason = "Broken." },
                "Idempotency-Key",
                Customer.NewKey()),
            HttpStatusCode.OK);
        // The gateway remembers a page for a second.
        await Eventually.Equals(
            HttpStatusCode.OK,
            async () => (await visitor.SendAsync(
                HttpMethod.Get, path, header: "If-None-Match", value: tag)).StatusCode);
    }

    [Fact, Trait("Checklist", "X")]
    public async Task An_unknown_document_is_a_problem()
    {
        foreach (var path in (string[])["/openapi/v2.json", "/openapi/x", "/openapi"])
            await (await shop.Anonymous().Http.GetAsync(new Uri(path, UriKind.Relative), Cancel)).IsProblemAsync(
                HttpStatusCode.NotFound, path);
    }

    [Fact, Trait("Checklist", "C")]
    public async Task The_server_chooses_the_id_of_a_guest_cart()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        var chosen = new string('A', 43);
        var customer = await shop.NewCustomerAsync();
        using var attacker = new Attacker();
        using var cart = Attacker.Json($$"""{"lines":[{"productId":"{{product}}","quantity":3}]}""");

        // Who names a cart that there is not gets another one; who sends two cookies of the name has none.
        var planted = await SendAsync("PUT", $"shop-cart={chosen}", null, cart);
        var ours = Regex.Match(planted.Headers, "shop-cart=[A-Za-z0-9_-]{43}").Value;

        Assert.NotEqual("", ours);
        Assert.NotEqual($"shop-cart={chosen}", ours);
        Assert.Empty(await LinesAsync($"shop-cart={chosen}"));
        Assert.Empty(await LinesAsync($"{ours}; shop-cart={chosen}"));
        Assert.Single(await LinesAsync(ours));

        async Task<JsonArray> LinesAsync(string cookies) =>
            (await SendAsync("GET", cookies, Targets.TokenOf(customer.Http))).Json["lines"]!.AsArray();

        Task<Answer> SendAsync(string verb, string cookies, string? token, HttpContent? body = null) =>
            attacker.SendAsync(
                Attacker.Raw(shop.App.GetEndpoint("gateway", "http"), "/api/cart"),
                verb,
                token,
                body,
                ("Cookie", cookies));
    }

    private async Task<string> ChallengeAsync(string path, string? authorization)
    {
        var answer = await shop.Anonymous().Http
            .SendAsync(HttpMethod.Get, path, header: "Authorization", value: authorization);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        return answer.Headers.WwwAuthenticate.ToString();
    }
}
