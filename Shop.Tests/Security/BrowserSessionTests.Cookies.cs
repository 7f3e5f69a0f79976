using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

public partial class BrowserSessionTests
{
    [Fact]
    [Trait("Checklist", "C")]
    public async Task A_new_sign_in_ends_the_session_before()
    {
        var mine = await NewAccountAsync();
        var (planted, _) = await SignInAsync(await NewAccountAsync());
        var theirs = ValueOf(CookieOf(planted));

        var (answer, body) = await SignInAsync(mine, Cookie(theirs));

        Assert.NotEqual(theirs, ValueOf(CookieOf(answer)));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefreshAsync(theirs));
        using var me = await SendAsync(
            HttpMethod.Get, "/api/users/me", null, ("Authorization", $"Bearer {(string)body["accessToken"]!}"));
        Assert.Equal(mine, (string)(await Customer.Read(me, HttpStatusCode.OK))["email"]!);
        var (again, _) = await SignInAsync(mine, Cookie(ValueOf(CookieOf(answer))));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefreshAsync(ValueOf(CookieOf(answer))));
        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(ValueOf(CookieOf(again))));
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task Two_session_cookies_are_refused()
    {
        var (planted, _) = await SignInAsync(await NewAccountAsync());
        var (answer, _) = await SignInAsync(await NewAccountAsync());
        var (theirs, mine) = (ValueOf(CookieOf(planted)), ValueOf(CookieOf(answer)));

        foreach (var tossed in (string[])[
            $"shop-session={theirs}; shop-session={mine}",
            $"shop-session={mine};shop-session={mine}",
            $"shop-session=; shop-session={mine}",
            $"shop-session ={theirs}; shop-session={mine}",
        ])
        {
            Assert.Equal(
                HttpStatusCode.BadRequest,
                await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie, ("Cookie", tossed)]));
            Assert.Equal(
                HttpStatusCode.BadRequest,
                await StatusAsync(HttpMethod.Delete, Path, null, [ByCookie, ("Cookie", tossed)]));
        }

        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(mine));
        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(theirs));
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task An_unknown_or_missing_cookie_is_401_and_removed()
    {
        foreach (var token in (string[])["", "x", new string('A', 43), new string('A', 5000), "a\"b", "%00"])
        {
            using var answer = await SendAsync(HttpMethod.Post, $"{Path}/refresh", null, ByCookie, Cookie(token));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            Assert.Equal("", ValueOf(CookieOf(answer)));
        }

        Assert.Equal(
            HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie]));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Delete, Path, null, [ByCookie]));
    }

    [Fact]
    [Trait("Checklist", "C")]
    public async Task API_clients_get_the_refresh_token_in_the_body_and_no_cookie()
    {
        var email = await NewAccountAsync();
        using var answer = await SendAsync(HttpMethod.Post, Path, new { email, password = Password });
        var body = await Customer.Read(answer, HttpStatusCode.OK);

        Assert.Equal(
            ["accessToken", "expiresIn", "refreshToken", "tokenType"],
            body.AsObject().Select(member => member.Key).Order());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        using var refreshed = await SendAsync(
            HttpMethod.Post,
            $"{Path}/refresh",
            new { refreshToken = (string)body["refreshToken"]! },
            Cookie(new string('A', 43)));
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        Assert.False(refreshed.Headers.Contains("Set-Cookie"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, []));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Delete, Path, null, []));
    }

    private static (string, string) Cookie(string token) => ("Cookie", $"theme=dark; shop-session={token}");

    private static string CookieOf(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues("Set-Cookie"));

    private static string ValueOf(string cookie) =>
        cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..cookie.IndexOf(';', StringComparison.Ordinal)];

    private static string[] AttributesOf(string cookie) =>
        [
            .. cookie.ToLowerInvariant()
                .Split(';', StringSplitOptions.TrimEntries)
                .Skip(1)
                .Where(attribute => !attribute.StartsWith("expires=", StringComparison.Ordinal))
                .Order(),
        ];

    private async Task<string> NewAccountAsync()
    {
        var email = $"{Guid.CreateVersion7():N}@customers.example";
        using var answer = await SendAsync(
            HttpMethod.Post, "/api/users", new { email, password = Password, name = "Ada" });
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        return email;
    }

    private async Task<(HttpResponseMessage Answer, JsonNode Body)> SignInAsync(
        string email, params (string, string)[] headers)
    {
        var answer = await SendAsync(HttpMethod.Post, Path, new { email, password = Password }, [ByCookie, .. headers]);
        return (answer, await Customer.Read(answer, HttpStatusCode.OK));
    }

    private async Task<HttpStatusCode> RefreshAsync(string token) =>
        await StatusAsync(HttpMethod.Post, $"{Path}/refresh", null, [ByCookie, Cookie(token)]);

    private async Task<HttpStatusCode> StatusAsync(
        HttpMethod method, string path, object? body, (string, string)[] headers)
    {
        using var answer = await SendAsync(method, path, body, headers);
        return answer.StatusCode;
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendAsync("gateway", method, path, body is null ? null : JsonContent.Create(body), headers);

    private async Task<HttpResponseMessage> SendAsync(
        string service, HttpMethod method, string path, HttpContent? content,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(shop.App.GetEndpoint(service, "http"), path))
        {
            Content = content,
        };
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
