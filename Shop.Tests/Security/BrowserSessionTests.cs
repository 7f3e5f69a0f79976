using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>A browser's refresh token is only in a cookie, and only our own pages can make use of it.</summary>
[Collection(nameof(SharedShop))]
public partial class BrowserSessionTests(SharedShop shop)
{
    private const string Password = "a long walk on the beach";
    private const string Path = "/api/users/session";

    // Cookies go and come as headers: what a browser does with them is for the test to play.
#pragma warning disable RS0030, CA2000 // Needs a handler without cookies.
    private static readonly HttpClient Http = new(
        new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
#pragma warning restore RS0030, CA2000

    private static readonly (string, string) ByCookie = ("X-Shop-Session", "cookie");

    private Uri Gateway => shop.App.GetEndpoint("gateway", "http");

    private string Origin => Gateway.GetLeftPart(UriPartial.Authority);

    [Fact]
    [Trait("Checklist", "C")]
    public async Task The_refresh_token_is_only_in_a_cookie_that_scripts_cannot_read()
    {
        var (answer, body) = await SignInAsync(await NewAccountAsync());

        Assert.Equal(["accessToken", "expiresIn", "tokenType"], body.AsObject().Select(member => member.Key).Order());
        var cookie = CookieOf(answer);
        Assert.StartsWith("shop-session=", cookie, StringComparison.Ordinal);
        Assert.Equal(
            ["httponly", "max-age=604800", "path=/api/users/session", "samesite=strict"], AttributesOf(cookie));
        Assert.Equal(43, ValueOf(cookie).Length);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task The_cookie_is_secure_behind_https_which_a_client_cannot_claim()
    {
        var email = await NewAccountAsync();

        var (claimed, _) = await SignInAsync(email, ("X-Forwarded-Proto", "https"));
        Assert.DoesNotContain("secure", AttributesOf(CookieOf(claimed)));

        // As the gateway asks when it is asked over https.
        (string, string)[] byHttps =
        [
            ByCookie, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.example"),
            ("Origin", "https://shop.example"),
        ];
        using var behind = await SendAsync(
            "users",
            HttpMethod.Post,
            Path,
            JsonContent.Create(new { email, password = Password }),
            byHttps);
        Assert.Equal(HttpStatusCode.OK, behind.StatusCode);
        var cookie = CookieOf(behind);
        Assert.StartsWith("__Secure-shop-session=", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", AttributesOf(cookie));
        using var refreshed = await SendAsync(
            "users",
            HttpMethod.Post,
            $"{Path}/refresh",
            null,
            [.. byHttps, ("Cookie", $"__Secure-shop-session={ValueOf(cookie)}")]);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        // A cookie without the prefix may have been set over http by whoever sits on the line.
        using var planted = await SendAsync(
            "users",
            HttpMethod.Post,
            $"{Path}/refresh",
            null,
            [.. byHttps, ("Cookie", $"shop-session={ValueOf(CookieOf(refreshed))}")]);
        Assert.Equal(HttpStatusCode.Unauthorized, planted.StatusCode);
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task The_cookie_alone_refreshes_and_ends_the_session()
    {
        var (answer, _) = await SignInAsync(await NewAccountAsync());
        var first = ValueOf(CookieOf(answer));

        using var refreshed = await SendAsync(
            HttpMethod.Post,
            $"{Path}/refresh",
            null,
            ByCookie,
            Cookie(first),
            ("Origin", Origin),
            ("Sec-Fetch-Site", "same-origin"));
        var body = await Customer.Read(refreshed, HttpStatusCode.OK);
        Assert.False(body.AsObject().ContainsKey("refreshToken"));
        var second = ValueOf(CookieOf(refreshed));
        Assert.NotEqual(first, second);

        using var signedOut = await SendAsync(HttpMethod.Delete, Path, null, ByCookie, Cookie(second));
        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        Assert.Equal("", ValueOf(CookieOf(signedOut)));
        Assert.Equal(
            ["httponly", "max-age=0", "path=/api/users/session", "samesite=strict"], AttributesOf(CookieOf(signedOut)));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefreshAsync(second));
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await SendAsync(HttpMethod.Post, $"{Path}/refresh", new { refreshToken = second })).StatusCode);
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task A_request_from_another_site_changes_nothing()
    {
        var email = await NewAccountAsync();
        var (answer, _) = await SignInAsync(email);
        var token = ValueOf(CookieOf(answer));
        (string, string)[][] foreign =
        [
            [("Origin", "https://evil.example")],
            [("Origin", "null")],
            [("Origin", $"{Origin}.evil.example")],
            [("Origin", Origin.Replace("http:", "https:", StringComparison.Ordinal))],
            [("Origin", "https://evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")],
            [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")],
            [("Sec-Fetch-Site", "none")],
            [("Sec-Fetch-Site", "cross-site"), ("Origin", Origin)],
        ];

        foreach (var headers in foreign)
        {
            Assert.Equal(
                HttpStatusCode.Forbidden,
                await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie, Cookie(token), .. headers]));
            Assert.Equal(
                HttpStatusCode.Forbidden,
                await StatusAsync(HttpMethod.Delete, Path, null, [ByCookie, Cookie(token), .. headers]));
            using var signIn = await SendAsync(
                HttpMethod.Post, Path, new { email, password = Password }, [ByCookie, .. headers]);
            Assert.Equal(HttpStatusCode.Forbidden, signIn.StatusCode);
            Assert.False(signIn.Headers.Contains("Set-Cookie"));
        }

        // What a page of another site can send without asking first: no header of its own, no JSON.
        Assert.Equal(
            HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [Cookie(token)]));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Delete, Path, null, [Cookie(token)]));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [("X-Shop-Session", "body"), Cookie(token)]));
        using var form = await SendAsync(
            "gateway",
            HttpMethod.Post,
            Path,
            new StringContent(
                $$"""{"email":"{{email}}","password":"{{Password}}"}""", MediaTypeHeaderValue.Parse("text/plain")),
            ("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.False(form.Headers.Contains("Set-Cookie"));

        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(token));
    }

    [Fact]
    [Trait("Checklist", "C")]
    [Trait("Checklist", "H6")]
    public async Task CORS_does_not_open_sessions_to_other_origins()
    {
        using var preflight = await SendAsync(
            HttpMethod.Options, $"{Path}/refresh", null,
            ("Origin", "https://evil.example"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "x-shop-session"));

        // Without these no browser goes on, whatever the status.
        Assert.DoesNotContain(
            preflight.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }
}
