using System.Net;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>Ways around the routes of the running shop.</summary>
[Collection(nameof(SharedShop))]
public sealed partial class GatewayRouteTests(SharedShop shop)
{
    private static readonly string[] Inside =
    [
        "/health/ready", "/metrics", "/openapi/v1.json", "/swagger", "/internal/orders", "/api/internal/orders",
        "/api/users/internal", "/dashboard", "/_framework/x",
    ];

    [Fact]
    [Trait("Checklist", "H6")]
    public async Task An_unknown_method_is_refused_with_a_problem_everywhere()
    {
        foreach (var path in new[] { "/api/products", "/api/orders", "/api/users/session", "/health/live", "/nothing" })
        {
            foreach (var method in new[] { "TRACE", "FOO", "PROPFIND", "TRACK", "get" })
            {
                var answer = await RawHttp.SendAsync(
                    shop.PortOf("gateway"),
                    $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: secret=1\r\nConnection: close\r\n\r\n");
                answer.IsProblem(405, $"{method} {path}");
                Assert.Contains("Allow: GET", answer.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
            }
        }

        var connect = await RawHttp.SendAsync(
            shop.PortOf("gateway"), "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n");
        connect.IsProblem(405);
        foreach (var path in new[]
        {
            "/api/products",
            "/api/orders",
            "/api/cart",
            "/api/users/me",
            $"/api/products/{Guid.CreateVersion7()}",
        })
        {
            var head = await RawHttp.SendAsync(
                shop.PortOf("gateway"), $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Assert.True(head.Status is 200 or 401 or 404 && head.Body.Length == 0, $"HEAD {path}: {head}");
        }
    }

    [Fact]
    [Trait("Checklist", "H7")]
    public async Task An_encoded_path_reaches_only_what_the_plain_path_reaches()
    {
        var customer = await shop.NewCustomerAsync();
        var token = customer.Http.DefaultRequestHeaders.Authorization!.ToString();
        string[] crooked =
        [
            "/api/products/..;/orders", "/api/products/..%2forders", "/api/products/%2e%2e%2forders",
            "/api/products/..%5corders", "/api/products/..\\orders",
            "/api//orders", "//api/orders", "/api/orders;x=1", "/api/orders/;/", "/api/products/.;/orders",
            "/api%2forders", "/api/products/..%252forders",
            "/api/products/%2e%2e;/orders", "/api/orders%00", "/api/orders%20", "/api/orders.",
            "/api/orders/..%2f..%2fhealth/ready", "/api/products/%c0%ae%c0%ae/orders",
            "/.well-known/..%2fapi/users", "/.well-known/..;/health/ready",
        ];
        foreach (var path in crooked)
        {
            var answers = await Task.WhenAll(
                RawHttp.SendAsync(shop.PortOf("gateway"), Get(path)),
                RawHttp.SendAsync(shop.PortOf("gateway"), Get(path, token)),
                RawHttp.SendAsync(shop.PortOf("orders"), Get(path, token)));
            Assert.All(answers, answer => Assert.True(answer.Status is 400 or 401 or 404, $"{path}: {answer}"));
            // Without a route the gateway says 404 at once, a service first asks who is there; with a token both say
            // the same.
            Assert.True(answers[1].Status == answers[2].Status, $"{path}: {answers[1]}\n{answers[2]}");
        }

        // What the standard says to undo is undone, by both, before the route is chosen.
        foreach (var path in new[]
        {
            "/api/products/../orders",
            "/api/products/%2e%2e/orders",
            "/api/./orders",
            "/API/Orders",
        })
        {
            Assert.Equal(401, (await RawHttp.SendAsync(shop.PortOf("gateway"), Get(path))).Status);
            Assert.Equal(200, (await RawHttp.SendAsync(shop.PortOf("gateway"), Get(path, token))).Status);
            Assert.Equal(200, (await RawHttp.SendAsync(shop.PortOf("orders"), Get(path, token))).Status);
        }
    }

    [Fact]
    [Trait("Checklist", "H7")]
    public async Task Internal_routes_are_not_reachable_through_the_gateway()
    {
        string[] prefixes =
        [
            "", "/api/products/..", "/api/orders/%2e%2e/%2e%2e", "/api/products/..;", "/.well-known/..",
            "/api/users/..%2f..", "/api/products/..%5c..", "/",
        ];
        foreach (var path in prefixes.SelectMany(prefix => Inside, (prefix, inside) => prefix + inside))
        {
            var answer = await RawHttp.SendAsync(shop.PortOf("gateway"), Get(path));
            // Dots that are undone lead to the gateway's own health, which says one word, and its own document.
            if (answer.Status == 200)
                Assert.True(
                    answer.Body.Contains("Healthy", StringComparison.Ordinal)
                        || answer.Body.Contains("\"Shop.Gateway", StringComparison.Ordinal),
                    $"{path}: {answer}");
            else
                answer.IsProblem(answer.Status is 400 or 401 ? answer.Status : 404, path);
        }
    }

    [Fact]
    [Trait("Checklist", "H10")]
    public async Task A_private_response_cannot_be_disguised_as_a_cacheable_file()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!));
        foreach (var path in new[]
        {
            $"/api/orders/{order}/x.css",
            $"/api/orders/{order}.css",
            $"/api/orders/{order};x.css",
            $"/api/orders/{order}%2fx.css",
            "/api/orders/x.js",
            "/api/users/me/x.png",
            "/api/cart/x.css",
        })
        {
            var answer = await customer.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            await answer.IsProblemAsync(HttpStatusCode.NotFound, path);
        }

        foreach (var path in new[]
        {
            $"/api/orders/{order}",
            "/api/orders",
            "/api/users/me",
            "/api/cart",
            $"/api/orders/{order}/overview",
            $"/api/payments/{order}",
        })
        {
            var answer = await customer.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            answer.IsGuarded();
            Assert.True(answer.Headers.CacheControl!.NoStore, path);
        }
    }

    [Fact]
    [Trait("Checklist", "H10")]
    public async Task A_cacheable_product_is_the_same_whatever_else_was_sent()
    {
        var visitor = shop.Anonymous();
        var path = $"/api/products/{(Guid)(await (await shop.OperatorAsync()).NewProductAsync())}";
        var plain = await visitor.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        foreach (var (name, value) in new[]
        {
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "https"),
            ("X-Original-URL", "/evil"),
            ("Accept-Language", "evil"),
            ("Origin", "https://evil.example"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("Accept", "text/html"),
        })
        {
            var answer = await visitor.Http.SendAsync(HttpMethod.Get, path, header: name, value: value);
            Assert.Equal(await plain.Content.ReadAsStringAsync(Cancel), await answer.Content.ReadAsStringAsync(Cancel));
            Assert.Equal(plain.Headers.ETag, answer.Headers.ETag);
            answer.IsGuarded();
        }
    }

    [Theory]
    [Trait("Checklist", "H9")]
    [InlineData("Range", "bytes=0-0")]
    [InlineData("Range", "bytes=0-,0-,0-,0-")]
    [InlineData("Range", "bytes=99999999999999999999-")]
    [InlineData("If-Match", "junk")]
    [InlineData("If-Match", "\"\0\"")]
    [InlineData("If-None-Match", "junk, \"\", W/, ***")]
    [InlineData("If-None-Match", "*")]
    [InlineData("If-Modified-Since", "yesterday")]
    [InlineData("If-Range", "\"x\"")]
    [InlineData("Accept", "application/xml;q=9, ///")]
    [InlineData("Accept-Encoding", "gzip;q=junk, br;q=-1")]
    [InlineData("Expect", "junk")]
    [InlineData("Cookie", "shop-cart=;;=;=\u0001")]
    [InlineData("Content-Type", "junk")]
    [InlineData("Authorization", "Bearer")]
    public async Task A_malformed_header_is_no_server_error(string name, string value)
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        foreach (var path in new[] { $"/api/products/{product}", "/api/products?limit=2", "/api/cart" })
        {
            var answer = await RawHttp.SendAsync(
                shop.PortOf("gateway"),
                $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{name}: {value}\r\n\r\n");
            Assert.True(answer.Status is 200 or 304 or 400 or 401 or 412 or 417, $"{path}: {answer}");
            Assert.Single(answer.Statuses);
        }
    }
}
