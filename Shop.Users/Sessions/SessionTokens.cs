namespace Shop.Users.Sessions;

/// <summary>What a client gets when it signs in and when it refreshes (RFC 6749, 5.1, in our spelling).</summary>
internal sealed record SessionTokens(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken)
{
    public static SessionTokens Of(string accessToken, byte[] refreshToken) =>
        new(accessToken, "Bearer", (int)AccessTokens.Lifetime.TotalSeconds, RefreshTokens.Write(refreshToken));
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
