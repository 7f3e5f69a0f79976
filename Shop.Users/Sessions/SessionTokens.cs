using System.Text.Json.Serialization;

namespace Shop.Users.Sessions;

/// <summary>
/// The answer to a sign-in and a refresh (RFC 6749, 5.1, in camel case). A browser that gets the refresh token in a
/// cookie does not get it here too.
/// </summary>
internal sealed record SessionTokens(
    string AccessToken, string TokenType, int ExpiresIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken)
{
    public static SessionTokens Of(string accessToken, TimeSpan lifetime, string? refreshToken) =>
        new(accessToken, "Bearer", (int)lifetime.TotalSeconds, refreshToken);
}

internal static class SessionResponses
{
    /// <summary>Prevents caches from storing answers with tokens.</summary>
    public static RouteGroupBuilder NoStore(this RouteGroupBuilder routes) =>
        routes.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return next(context);
        });
}
