using System.Net;
using System.Text.RegularExpressions;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

public sealed partial class GatewayRouteTests
{
    [Fact]
    [Trait("Checklist", "X")]
    public async Task Every_refusal_is_a_small_problem_without_internal_details()
    {
        var customer = await shop.NewCustomerAsync();
        (string Request, int Status)[] refused =
        [
            ("GET /nothing", 401), ("GET /api/nothing", 401), ("GET /api/orders", 401), ("POST /api/products", 401),
            ("PUT /api/products", 401), ("POST /api/cart", 401),
            ("GET /api/products/nothing", 401), ($"GET /api/products/{Guid.CreateVersion7()}", 404),
            ("GET /api/products?limit=0", 400), ("GET /api/products?limit=100000", 400),
            ("GET /api/products?after=junk", 400), ("GET /api/products?search=%00", 400),
            ("DELETE /api/products", 401), ("GET /api/shipping/rates?x=%00", 400),
            ("GET /api/users/me", 401), ("GET /api/users", 401), ("PATCH /api/cart", 401),
        ];
        foreach (var (request, status) in refused)
        {
            var answer = await RawHttp.SendAsync(
                shop.PortOf("gateway"),
                $"{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            answer.IsProblem(status, request);
            Assert.Contains("X-Content-Type-Options: nosniff", answer.Text, StringComparison.Ordinal);
            Assert.Contains("Cache-Control: no-store", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotMatch("(?im)^(Server|X-Powered-By):", answer.Text);
        }

        // Who is not signed in learns of nothing but that; others get the plain truth.
        foreach (var (request, status) in new[]
        {
            ("GET /nothing", 404),
            ("POST /api/cart", 405),
            ("PATCH /api/cart", 405),
            ("DELETE /api/orders", 405),
        })
        {
            var token = customer.Http.DefaultRequestHeaders.Authorization;
            var answer = await RawHttp.SendAsync(
                shop.PortOf("gateway"),
                $"{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {token}\r\n"
                    + $"Content-Length: 0\r\n\r\n");
            answer.IsProblem(status, request);
        }

        (string Type, string Body, HttpStatusCode Status)[] bodies =
        [
            ("text/plain", "{}", HttpStatusCode.UnsupportedMediaType),
            ("application/json; charset=utf-7", "{}", HttpStatusCode.UnsupportedMediaType),
            ("application/json", "", HttpStatusCode.BadRequest), ("application/json", "{", HttpStatusCode.BadRequest),
            ("application/json", "{\"x\":1}", HttpStatusCode.BadRequest),
            (
                "application/json", $"{{\"lines\":[],\"x\":\"{new string('a', 70_000)}\"}}",
                HttpStatusCode.RequestEntityTooLarge),
        ];
        foreach (var (type, body, status) in bodies)
        {
            using var content = new StringContent(body);
            content.Headers.Remove("Content-Type");
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            await (await customer.Http.PutAsync(
                new Uri("/api/cart", UriKind.Relative), content, Cancel)).IsProblemAsync(
                status, $"{type} {body[..Math.Min(20, body.Length)]}");
        }
    }

    [Fact]
    [Trait("Checklist", "H3")]
    public async Task No_answer_names_the_host_that_was_asked_for()
    {
        var customer = await shop.NewCustomerAsync();
        foreach (var path in new[]
        {
            "/.well-known/openid-configuration",
            "/api/products?limit=1",
            "/api/orders?limit=1",
            "/api/users/me",
        })
        {
            var answer = await customer.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            var text = $"{answer.Headers}{await answer.Content.ReadAsStringAsync(Cancel)}";
            Assert.DoesNotMatch(LoopbackAddress(), text);
        }

        var document = await customer.GetAsync("/.well-known/openid-configuration");
        Assert.Equal(
            ("https://shop.example", "https://shop.example/.well-known/jwks.json"),
            ((string)document["issuer"]!, (string)document["jwks_uri"]!));
    }

    [Fact]
    [Trait("Checklist", "H4")]
    public async Task Guessing_a_password_from_many_invented_addresses_is_guessing_from_one()
    {
        var customer = shop.Anonymous();
        await customer.RegisterAsync();
        var slowed = 0;
        // Fewer than the tries that slow an account down from anywhere.
        for (var i = 0; i < 20 && slowed == 0; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/users/session")
            {
                Content = System.Net.Http.Json.JsonContent.Create(
                    new { email = customer.Email, password = $"not my password {i}" }),
            };
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", $"203.0.113.{i}");
            request.Headers.TryAddWithoutValidation("Forwarded", $"for=203.0.113.{i}");
            using var answer = await customer.Http.SendAsync(request, Cancel);
            slowed = answer.StatusCode == HttpStatusCode.TooManyRequests ? i : 0;
        }

        Assert.InRange(slowed, 1, 19);
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task A_cookie_is_secure_where_the_public_address_is_https()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync();
        using var orders = Aspire.Hosting.Testing.DistributedApplicationHostingTestingExtensions.CreateHttpClient(
            shop.App, "orders", "http");
        var cart = new { lines = new[] { new { productId = product, quantity = 1 } } };

        var inside = await orders.SendAsync(HttpMethod.Put, "/api/cart", cart, "X-Forwarded-Proto", "https");
        var outside = await shop.NewBrowser().Http
            .SendAsync(HttpMethod.Put, "/api/cart", cart, "X-Forwarded-Proto", "https");

        // By that name no sister domain can set one, nor anybody on the way.
        Assert.Matches(
            "^__Host-shop-cart=[^;]+; max-age=2592000; path=/; secure; samesite=lax; httponly$",
            Assert.Single(inside.Headers.GetValues("Set-Cookie")));
        Assert.DoesNotContain(
            "; secure", Assert.Single(outside.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Get(string path, string? token = null) =>
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{(token is null
            ? ""
            : $"Authorization: {token}\r\n")}\r\n";

    [GeneratedRegex(@"localhost|127\.0\.0\.1|\[::1\]", RegexOptions.IgnoreCase)]
    private static partial Regex LoopbackAddress();
}
