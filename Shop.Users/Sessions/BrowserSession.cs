using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Users.Sessions;

/// <summary>
/// The session of a browser, requested by a header that other sites cannot send. The refresh token is only in a cookie,
/// which scripts cannot read and which is sent only to this path and only from our own pages.
/// </summary>
internal static class BrowserSession
{
    public const string Path = "/api/users/session";
    public const string Header = "X-Shop-Session";

    private const string ByCookie = "cookie";
    private const string Name = "shop-session";
    private const string SecureName = $"__Secure-{Name}";

    public static bool IsRequested(HttpContext http) => http.Request.Headers.ContainsKey(Header);

    /// <summary>Accepts a session cookie only from our own pages, and only a single one.</summary>
    public static RouteGroupBuilder GuardCookies(this RouteGroupBuilder routes) => routes.AddEndpointFilter(
        async (context, next) => Refuse(context.HttpContext) is { } refusal ? refusal : await next(context));

    /// <summary>The refresh token of the request: from the cookie if the header is set, else from the body.</summary>
    public static string? Presented(HttpContext http, string? inBody) =>
        IsRequested(http) ? Cookies(http).SingleOrDefault() : inBody;

    /// <summary>Whether there is a cookie without the header. Any site can make the browser send that.</summary>
    public static bool IsOnlyACookie(HttpContext http) => !IsRequested(http) && Cookies(http).Count > 0;

    public static ProblemHttpResult HeaderMissing() =>
        Forbidden($"A session in a cookie needs the header {Header}: {ByCookie}.");

    /// <summary>Returns the token to the client: in the cookie if the header is set, else in the answer.</summary>
    /// <returns>The token for the body of the answer; null when it is in the cookie.</returns>
    public static string? Deliver(HttpContext http, byte[] refreshToken, TimeSpan life)
    {
        var token = RefreshTokens.Write(refreshToken);
        if (!IsRequested(http))
            return token;

        http.Response.Cookies.Append(NameFor(http), token, Attributes(http, life));
        return null;
    }

    public static void ClearCookie(HttpContext http)
    {
        if (IsRequested(http))
            http.Response.Cookies.Append(NameFor(http), "", Attributes(http, TimeSpan.Zero));
    }

    private static ProblemHttpResult? Refuse(HttpContext http)
    {
        if (!http.Request.Headers.TryGetValue(Header, out var mode))
            return null;

        if (mode is not [ByCookie])
            return Problem.BadRequest($"The header {Header} has one value: {ByCookie}.");

        if (!ComesFromOurPages(http.Request))
            return Forbidden("This request does not come from a page of the shop.");

        // A second cookie of the same name was planted by an attacker, and we cannot tell which one.
        return Cookies(http).Count > 1
            ? Problem.BadRequest("There are two session cookies. Clear your cookies and sign in again.")
            : null;
    }

    // Browsers send at least one of the two headers with every unsafe request; other clients have no cookies to abuse.
    private static bool ComesFromOurPages(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [] or ["same-origin"]
        && (request.Headers.Origin is []
            || request.Headers.Origin is [{ } origin]
                && origin.Equals(OwnOrigin(request), StringComparison.OrdinalIgnoreCase));

    // The address of the gateway as the browser used it. A page cannot forge the host; the scheme is from trusted
    // proxies.
    private static string OwnOrigin(HttpRequest request) =>
        $"{request.Scheme}://{(request.Headers["X-Forwarded-Host"] is [{ } host] ? host : request.Host.Value)}";

    private static IReadOnlyList<string> Cookies(HttpContext http) => http.Request.Cookies(NameFor(http));

    private static string NameFor(HttpContext http) => http.Request.IsHttps ? SecureName : Name;

    private static CookieOptions Attributes(HttpContext http, TimeSpan life) => new()
    {
        Path = Path,
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        SameSite = SameSiteMode.Strict,
        MaxAge = life,
        IsEssential = true,
    };

    private static ProblemHttpResult Forbidden(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden);
}
