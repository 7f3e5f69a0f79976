using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Sessions;

/// <summary>
/// Ends the session of the refresh token in the body, or without a body the session of the access token. What is ended
/// or unknown already counts as done: the answer tells nobody whether a token was real.
/// </summary>
internal static class SignOut
{
    public sealed record Request(string RefreshToken);

    public static async Task<Results<NoContent, ChallengeHttpResult>> Handle(
        [FromBody] Request? request, ClaimsPrincipal caller, UsersDb db, TimeProvider clock, CancellationToken cancel)
    {
        IQueryable<Session> sessions;
        if (request is not null)
        {
            var hash = RefreshTokens.TryRead(request.RefreshToken, out var token) ? RefreshTokens.Hash(token) : [];
            sessions = db.Sessions.Where(session => db.RefreshTokens.Any(known => known.Hash == hash && known.SessionId == session.Id));
        }
        else if (Guid.TryParse(caller.FindFirstValue("sid"), out var sessionId))
        {
            sessions = db.Sessions.Where(session => session.Id == sessionId);
        }
        else
        {
            return TypedResults.Challenge();
        }

        var now = clock.GetUtcNow();
        await sessions
            .Where(session => session.EndedAt == null)
            .ExecuteUpdateAsync(session => session.SetProperty(ended => ended.EndedAt, now), cancel);
        return TypedResults.NoContent();
    }
}
