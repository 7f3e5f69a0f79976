using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;

namespace Shop.Users.Sessions;

/// <summary>Exchanges a refresh token for new tokens, once. All failures get the same answer.</summary>
internal static class RefreshSession
{
    public sealed record Request(string RefreshToken);

    public static async Task<Results<Ok<SessionTokens>, ProblemHttpResult>> Handle(
        [FromBody] Request? request, HttpContext http, UsersDb db, RefreshTokens refreshTokens,
        AccessTokens accessTokens,
        UsersMetrics metrics, TimeProvider clock, ILogger<Session> log, CancellationToken cancel)
    {
        if (request is null && !BrowserSession.IsRequested(http))
            return BrowserSession.IsOnlyACookie(http)
                ? BrowserSession.HeaderMissing()
                : Problem.BadRequest("Send the refresh token.");

        if (!RefreshTokens.TryRead(BrowserSession.Presented(http, request?.RefreshToken) ?? "", out var presented))
            return Refuse(http, metrics, "unknown");

        var hash = RefreshTokens.Hash(presented);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await LockSessionAsync(db, hash, cancel) is not { } session)
            return Refuse(http, metrics, "unknown");

        var now = clock.GetUtcNow();
        var token = await db.RefreshTokens.SingleAsync(known => known.Hash == hash, cancel);
        var successor = refreshTokens.Successor(session, presented);
        var successorHash = RefreshTokens.Hash(successor);
        var outcome = session.Refresh(
            token, await db.RefreshTokens.SingleOrDefaultAsync(known => known.Hash == successorHash, cancel), now);
        if (outcome == RefreshOutcome.Rotated)
            db.RefreshTokens.Add(new() { Hash = successorHash, SessionId = session.Id, IssuedAt = now });

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);

        if (outcome == RefreshOutcome.Reused)
            log.RefreshTokenReused(session.AccountId, session.Id);

        if (outcome is not (RefreshOutcome.Rotated or RefreshOutcome.Repeated))
            return Refuse(http, metrics, Name(outcome));

        // The account may have been deleted or locked since the transaction.
        var account = await db.Accounts.AsNoTracking()
            .SingleOrDefaultAsync(known => known.Id == session.AccountId && known.LockedAt == null, cancel);
        if (account is null)
            return Refuse(http, metrics, "ended");

        metrics.Refresh(Name(outcome));
        return TypedResults.Ok(SessionTokens.Of(
            await accessTokens.IssueAsync(account, session.Id, cancel),
            accessTokens.Lifetime,
            BrowserSession.Deliver(http, successor, session.LifeLeft(now))));
    }

    // Serializes the refreshes of a session over all replicas, so that there are never two valid successors.
    private static Task<Session?> LockSessionAsync(UsersDb db, byte[] hash, CancellationToken cancel) => db.Sessions
        .FromSql(
            $"""
            SELECT s.* FROM users.sessions s JOIN users.refresh_tokens t ON t.session_id = s.id
            WHERE t.hash = {hash} FOR UPDATE OF s
            """)
        .SingleOrDefaultAsync(cancel);

    private static ProblemHttpResult Refuse(HttpContext http, UsersMetrics metrics, string outcome)
    {
        metrics.Refresh(outcome);
        BrowserSession.ClearCookie(http);
        http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return Problem.Unauthorized("The refresh token is not valid. Sign in again.");
    }

    private static string Name(RefreshOutcome outcome) => outcome switch
    {
        RefreshOutcome.Rotated => "rotated",
        RefreshOutcome.Repeated => "repeated",
        RefreshOutcome.Expired => "expired",
        RefreshOutcome.Ended => "ended",
        _ => "reused",
    };
}
