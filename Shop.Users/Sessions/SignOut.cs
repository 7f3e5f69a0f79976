using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Sessions;

/// <summary>
/// Ends the session of the refresh token in the cookie or the body, or else the session of the access token. An unknown
/// or ended session gets the same answer, so that it does not reveal whether a token is valid.
/// </summary>
internal static class SignOut
{
    public sealed record Request(string RefreshToken);

    public static async Task<Results<NoContent, ChallengeHttpResult, ProblemHttpResult>> Handle(
        [FromBody] Request? request, HttpContext http, ClaimsPrincipal caller, UsersDb db, TimeProvider clock,
        CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (BrowserSession.IsRequested(http) || request is not null)
        {
            await EndAsync(db, BrowserSession.Presented(http, request?.RefreshToken), now, cancel);
            BrowserSession.ClearCookie(http);
            return TypedResults.NoContent();
        }

        if (!Guid.TryParse(caller.FindFirstValue("sid"), out var sessionId))
            return BrowserSession.IsOnlyACookie(http) ? BrowserSession.HeaderMissing() : TypedResults.Challenge();

        await EndAsync(db.Sessions.Where(session => session.Id == sessionId), now, cancel);
        return TypedResults.NoContent();
    }

    /// <summary>Ends the session of a refresh token, if there is one.</summary>
    public static Task EndAsync(UsersDb db, string? refreshToken, DateTimeOffset now, CancellationToken cancel)
    {
        if (!RefreshTokens.TryRead(refreshToken ?? "", out var token))
            return Task.CompletedTask;

        var hash = RefreshTokens.Hash(token);
        return EndAsync(
            db.Sessions.Where(
                session => db.RefreshTokens.Any(known => known.Hash == hash && known.SessionId == session.Id)),
            now,
            cancel);
    }

    private static Task<int> EndAsync(IQueryable<Session> sessions, DateTimeOffset now, CancellationToken cancel) =>
        sessions
            .Where(session => session.EndedAt == null)
            .ExecuteUpdateAsync(session => session.SetProperty(ended => ended.EndedAt, now), cancel);
}
