using System.Text.Json.Serialization;

namespace Shop.Users.Sessions;

/// <summary>
/// What a client gets when it signs in and when it refreshes (RFC 6749, 5.1, in our spelling). A browser that has the
/// refresh token in a cookie does not get it here as well.
/// </summary>
internal sealed record SessionTokens(
    string AccessToken, string TokenType, int ExpiresIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken)
{
    public static SessionTokens Of(string accessToken, TimeSpan lifetime, string? refreshToken) =>
        new(accessToken, "Bearer", (int)lifetime.TotalSeconds, refreshToken);
}

internal static class SessionAnswers
{
    /// <summary>Keeps caches and histories from holding answers that carry tokens.</summary>
    public static RouteGroupBuilder NeverStored(this RouteGroupBuilder routes) => routes.AddEndpointFilter((context, next) =>
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(context);
    });
}
