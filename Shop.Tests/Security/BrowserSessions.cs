using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>A browser's refresh token is only in a cookie, and only our own pages can make use of it.</summary>
[Collection(nameof(SharedShop))]
public class BrowserSessions(SharedShop shop)
{
    private const string Password = "a long walk on the beach";
    private const string Path = "/api/users/session";

    // Cookies go and come as headers: what a browser does with them is for the test to play.
#pragma warning disable RS0030, CA2000 // The handlers of the factory keep cookies; this client lives as long as the tests.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
#pragma warning restore RS0030, CA2000

    private static readonly (string, string) ByCookie = ("X-Shop-Session", "cookie");

    private Uri Gateway => shop.App.GetEndpoint("gateway", "http");

    private string Origin => Gateway.GetLeftPart(UriPartial.Authority);

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Keep_the_refresh_token_out_of_the_body_and_out_of_reach_of_scripts()
    {
        var (answer, body) = await SignInAsync(await NewAccountAsync());

        Assert.Equal(["accessToken", "expiresIn", "tokenType"], body.AsObject().Select(member => member.Key).Order());
        var cookie = CookieOf(answer);
        Assert.StartsWith("shop-session=", cookie, StringComparison.Ordinal);
        Assert.Equal(["httponly", "max-age=604800", "path=/api/users/session", "samesite=strict"], AttributesOf(cookie));
        Assert.Equal(43, ValueOf(cookie).Length);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Are_secure_behindHttps_which_the_gateway_tells_and_a_client_can_not_claim()
    {
        var email = await NewAccountAsync();

        var (claimed, _) = await SignInAsync(email, ("X-Forwarded-Proto", "https"));
        Assert.DoesNotContain("secure", AttributesOf(CookieOf(claimed)));

        // As the gateway asks when it is asked over https.
        (string, string)[] byHttps = [ByCookie, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.example"), ("Origin", "https://shop.example")];
        using var behind = await SendAsync("users", HttpMethod.Post, Path, JsonContent.Create(new { email, password = Password }), byHttps);
        Assert.Equal(HttpStatusCode.OK, behind.StatusCode);
        var cookie = CookieOf(behind);
        Assert.StartsWith("__Secure-shop-session=", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", AttributesOf(cookie));
        using var refreshed = await SendAsync("users", HttpMethod.Post, $"{Path}/refresh", null, [.. byHttps, ("Cookie", $"__Secure-shop-session={ValueOf(cookie)}")]);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        // A cookie without the prefix may have been set over http by whoever sits on the line.
        using var planted = await SendAsync("users", HttpMethod.Post, $"{Path}/refresh", null, [.. byHttps, ("Cookie", $"shop-session={ValueOf(CookieOf(refreshed))}")]);
        Assert.Equal(HttpStatusCode.Unauthorized, planted.StatusCode);
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Go_on_by_the_cookie_alone_and_end_by_it_here_and_there()
    {
        var (answer, _) = await SignInAsync(await NewAccountAsync());
        var first = ValueOf(CookieOf(answer));

        using var refreshed = await SendAsync(HttpMethod.Post, $"{Path}/refresh", null, ByCookie, Cookie(first), ("Origin", Origin), ("Sec-Fetch-Site", "same-origin"));
        var body = await Customer.Read(refreshed, HttpStatusCode.OK);
        Assert.False(body.AsObject().ContainsKey("refreshToken"));
        var second = ValueOf(CookieOf(refreshed));
        Assert.NotEqual(first, second);

        using var signedOut = await SendAsync(HttpMethod.Delete, Path, null, ByCookie, Cookie(second));
        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        Assert.Equal("", ValueOf(CookieOf(signedOut)));
        Assert.Equal(["httponly", "max-age=0", "path=/api/users/session", "samesite=strict"], AttributesOf(CookieOf(signedOut)));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefreshAsync(second));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Post, $"{Path}/refresh", new { refreshToken = second })).StatusCode);
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Do_nothing_for_another_site()
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
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie, Cookie(token), .. headers]));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Delete, Path, null, [ByCookie, Cookie(token), .. headers]));
            using var signIn = await SendAsync(HttpMethod.Post, Path, new { email, password = Password }, [ByCookie, .. headers]);
            Assert.Equal(HttpStatusCode.Forbidden, signIn.StatusCode);
            Assert.False(signIn.Headers.Contains("Set-Cookie"));
        }

        // What a page of another site can send without asking first: no header of its own, no JSON.
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [Cookie(token)]));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Delete, Path, null, [Cookie(token)]));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [("X-Shop-Session", "body"), Cookie(token)]));
        using var form = await SendAsync(
            "gateway", HttpMethod.Post, Path, new StringContent($$"""{"email":"{{email}}","password":"{{Password}}"}""", MediaTypeHeaderValue.Parse("text/plain")), ("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.False(form.Headers.Contains("Set-Cookie"));

        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(token));
    }

    [Fact]
    [Trait("Checklist", "C")]
    [Trait("Checklist", "H6")]
    public async Task Are_not_open_to_other_origins_by_cors()
    {
        using var preflight = await SendAsync(
            HttpMethod.Options, $"{Path}/refresh", null,
            ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-shop-session"));

        // Without these no browser goes on, whatever the status.
        Assert.DoesNotContain(preflight.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Begin_anew_at_each_sign_in_which_ends_the_one_before()
    {
        var mine = await NewAccountAsync();
        var (planted, _) = await SignInAsync(await NewAccountAsync());
        var theirs = ValueOf(CookieOf(planted));

        var (answer, body) = await SignInAsync(mine, Cookie(theirs));

        Assert.NotEqual(theirs, ValueOf(CookieOf(answer)));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefreshAsync(theirs));
        using var me = await SendAsync(HttpMethod.Get, "/api/users/me", null, ("Authorization", $"Bearer {(string)body["accessToken"]!}"));
        Assert.Equal(mine, (string)(await Customer.Read(me, HttpStatusCode.OK))["email"]!);
        var (again, _) = await SignInAsync(mine, Cookie(ValueOf(CookieOf(answer))));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefreshAsync(ValueOf(CookieOf(answer))));
        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(ValueOf(CookieOf(again))));
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Are_refused_when_there_are_two_cookies()
    {
        var (planted, _) = await SignInAsync(await NewAccountAsync());
        var (answer, _) = await SignInAsync(await NewAccountAsync());
        var (theirs, mine) = (ValueOf(CookieOf(planted)), ValueOf(CookieOf(answer)));

        foreach (var tossed in (string[])[$"shop-session={theirs}; shop-session={mine}", $"shop-session={mine};shop-session={mine}", $"shop-session=; shop-session={mine}", $"shop-session ={theirs}; shop-session={mine}"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie, ("Cookie", tossed)]));
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(HttpMethod.Delete, Path, null, [ByCookie, ("Cookie", tossed)]));
        }

        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(mine));
        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(theirs));
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task That_are_not_known_or_not_there_are_401_and_take_the_cookie_away()
    {
        foreach (var token in (string[])["", "x", new string('A', 43), new string('A', 5000), "a\"b", "%00"])
        {
            using var answer = await SendAsync(HttpMethod.Post, $"{Path}/refresh", null, ByCookie, Cookie(token));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            Assert.Equal("", ValueOf(CookieOf(answer)));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie]));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Delete, Path, null, [ByCookie]));
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Are_nothing_to_api_clients_who_find_everything_in_the_body()
    {
        var email = await NewAccountAsync();
        using var answer = await SendAsync(HttpMethod.Post, Path, new { email, password = Password });
        var body = await Customer.Read(answer, HttpStatusCode.OK);

        Assert.Equal(["accessToken", "expiresIn", "refreshToken", "tokenType"], body.AsObject().Select(member => member.Key).Order());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        using var refreshed = await SendAsync(HttpMethod.Post, $"{Path}/refresh", new { refreshToken = (string)body["refreshToken"]! }, Cookie(new string('A', 43)));
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        Assert.False(refreshed.Headers.Contains("Set-Cookie"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, []));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Delete, Path, null, []));
    }

    private static (string, string) Cookie(string token) => ("Cookie", $"theme=dark; shop-session={token}");

    private static string CookieOf(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues("Set-Cookie"));

    private static string ValueOf(string cookie) => cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..cookie.IndexOf(';', StringComparison.Ordinal)];

    private static string[] AttributesOf(string cookie) =>
        [.. cookie.ToLowerInvariant().Split(';', StringSplitOptions.TrimEntries).Skip(1).Where(attribute => !attribute.StartsWith("expires=", StringComparison.Ordinal)).Order()];

    private async Task<string> NewAccountAsync()
    {
        var email = $"{Guid.CreateVersion7():N}@customers.example";
        using var answer = await SendAsync(HttpMethod.Post, "/api/users", new { email, password = Password, name = "Ada" });
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        return email;
    }

    private async Task<(HttpResponseMessage Answer, JsonNode Body)> SignInAsync(string email, params (string, string)[] headers)
    {
        var answer = await SendAsync(HttpMethod.Post, Path, new { email, password = Password }, [ByCookie, .. headers]);
        return (answer, await Customer.Read(answer, HttpStatusCode.OK));
    }

    private async Task<HttpStatusCode> RefreshAsync(string token) => await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie, Cookie(token)]);

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, object? body, (string, string)[] headers)
    {
        using var answer = await SendAsync(method, path, body, headers);
        return answer.StatusCode;
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendAsync("gateway", method, path, body is null ? null : JsonContent.Create(body), headers);

    private async Task<HttpResponseMessage> SendAsync(string service, HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(shop.App.GetEndpoint(service, "http"), path)) { Content = content };
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
