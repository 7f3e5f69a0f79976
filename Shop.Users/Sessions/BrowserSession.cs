using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Users.Sessions;

/// <summary>
/// The session of a browser, which asks for it by a header that no other site can send. Its refresh token is only in a
/// cookie: out of reach for scripts, sent to this path alone, and to nobody from a page that is not ours.
/// </summary>
internal static class BrowserSession
{
    public const string Path = "/api/users/session";
    public const string Header = "X-Shop-Session";

    private const string ByCookie = "cookie";
    private const string Name = "shop-session";
    private const string SecureName = $"__Secure-{Name}";

    public static bool IsAsked(HttpContext http) => http.Request.Headers.ContainsKey(Header);

    /// <summary>Lets cookies count only for requests that our own pages send, and only where there is one of them.</summary>
    public static RouteGroupBuilder GuardCookies(this RouteGroupBuilder routes) => routes.AddEndpointFilter(
        async (context, next) => Refuse(context.HttpContext) is { } refusal ? refusal : await next(context));

    /// <summary>The refresh token that the request shows: in the cookie if asked for by the header, else in the body.</summary>
    public static string? Presented(HttpContext http, string? inBody) => IsAsked(http) ? Cookies(http).SingleOrDefault() : inBody;

    /// <summary>Whether only a cookie came. Without the header any site may have made the browser send it.</summary>
    public static bool IsOnlyACookie(HttpContext http) => !IsAsked(http) && Cookies(http).Count > 0;

    public static ProblemHttpResult HeaderMissing() => Forbidden($"A session in a cookie needs the header {Header}: {ByCookie}.");

    /// <summary>Hands the token to the client: in the cookie if asked for by the header, else in the answer.</summary>
    /// <returns>What goes into the answer.</returns>
    public static string? Hand(HttpContext http, byte[] refreshToken, TimeSpan life)
    {
        var token = RefreshTokens.Write(refreshToken);
        if (!IsAsked(http))
            return token;

        http.Response.Cookies.Append(NameFor(http), token, Attributes(http, life));
        return null;
    }

    public static void Forget(HttpContext http)
    {
        if (IsAsked(http))
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

        // A second cookie of the name was planted by somebody, and nothing tells which one.
        return Cookies(http).Count > 1 ? Problem.BadRequest("There are two session cookies. Clear your cookies and sign in again.") : null;
    }

    // Browsers send at least one of the two with every request that changes something; others have no cookies to abuse.
    private static bool ComesFromOurPages(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [] or ["same-origin"]
        && (request.Headers.Origin is [] || request.Headers.Origin is [{ } origin] && origin.Equals(OwnOrigin(request), StringComparison.OrdinalIgnoreCase));

    // As the browser called the gateway. No page can make a browser lie about the host; the scheme is from trusted proxies.
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

    private static ProblemHttpResult Forbidden(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden);
}
