using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What a sign-in or a refresh gives.</summary>
internal sealed record TokenPair(string Access, string Refresh);

/// <summary>Somebody whose password and sessions a test plays with, over HTTP through the gateway only.</summary>
internal sealed class AccountHolder(RunningShop shop, string? email = null, string password = AccountHolder.FirstPassword)
{
    public const string FirstPassword = "seven herons over the harbour";
    private readonly HttpClient _http = shop.NewClient();

    public string Email { get; } = email ?? NewEmail();

    public Guid Id { get; private set; }

    public static string NewEmail() => $"{Guid.CreateVersion7():N}@accounts.example";

    public static async Task<AccountHolder> RegisteredAsync(RunningShop shop, string password = FirstPassword)
    {
        var holder = new AccountHolder(shop, password: password);
        holder.Id = (Guid)(await Customer.Read(await holder.TryRegisterAsync(), HttpStatusCode.Created))["id"]!;
        return holder;
    }

    public Task<HttpResponseMessage> TryRegisterAsync(string? email = null, string? typed = null, string name = "Hera Example") =>
        SendAsync(HttpMethod.Post, "/api/users", new { email = email ?? Email, password = typed ?? password, name });

    public Task<HttpResponseMessage> TrySignInAsync(string? typed = null, string? email = null) =>
        SendAsync(HttpMethod.Post, "/api/users/session", new { email = email ?? Email, password = typed ?? password });

    public async Task<TokenPair> SignInAsync(string? typed = null) => await TokensOf(await TrySignInAsync(typed));

    public Task<HttpResponseMessage> TryRefreshAsync(TokenPair tokens) =>
        SendAsync(HttpMethod.Post, "/api/users/session/refresh", new { refreshToken = tokens.Refresh });

    public async Task<TokenPair> RefreshAsync(TokenPair tokens) => await TokensOf(await TryRefreshAsync(tokens));

    public Task<HttpResponseMessage> MeAsync(TokenPair tokens) => SendAsync(HttpMethod.Get, "/api/users/me", tokens: tokens);

    public Task<HttpResponseMessage> ChangePasswordAsync(TokenPair tokens, string current, string next) =>
        SendAsync(HttpMethod.Put, "/api/users/me/password", new { currentPassword = current, newPassword = next }, tokens);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body = null, TokenPair? tokens = null, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (tokens is not null)
            request.Headers.Authorization = new("Bearer", tokens.Access);

        if (header is not null)
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));

        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<TokenPair> TokensOf(HttpResponseMessage answer)
    {
        var session = await Customer.Read(answer, HttpStatusCode.OK);
        return new((string)session["accessToken"]!, (string)session["refreshToken"]!);
    }

    /// <summary>What can be told of an answer from outside, without what is meant to differ each time.</summary>
    public static async Task<string> SeenAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var body = text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject();
        foreach (var member in (string[])["traceId", "id", "email"])
        {
            if (body.ContainsKey(member))
                body[member] = "…";
        }

        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Content-Length") && !header.Key.StartsWith("RateLimit", StringComparison.OrdinalIgnoreCase))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}")
            .Order(StringComparer.Ordinal);
        return $"{(int)answer.StatusCode} {string.Join(" | ", headers)} {body.ToJsonString()}";
    }

    /// <summary>As if nobody had mistyped a password for long.</summary>
    public static Task ForgiveEverybodyAsync(RunningShop shop) => shop.RowsAsync(
        "usersdb", "WITH accounts AS (DELETE FROM users.sign_in_failures) DELETE FROM users.source_failures", row => row.FieldCount);
}
