using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;

namespace Shop.Users.Sessions;

/// <summary>
/// Starts a session. A wrong password and an unknown account get the same answer after the same work and the same
/// delays.
/// </summary>
internal static class SignIn
{
    public sealed record Request(string Email, string Password);

    public static async Task<Results<Ok<SessionTokens>, ProblemHttpResult>> Handle(
        Request request, HttpContext http, UsersDb db, PasswordHashing passwords, RefreshTokens refreshTokens,
        AccessTokens accessTokens,
        IOptions<IpThrottleOptions> options, UsersMetrics metrics, TimeProvider clock, ILogger<Session> log,
        CancellationToken cancel)
    {
        if (!EmailAddress.TryNormalize(request.Email, out var email))
            return Refuse(http, metrics);

        var throttle = SignInThrottle.Of(email, http.Connection.RemoteIpAddress, options.Value);
        // Checked before the queue too, so that attempts that will be refused do not fill it.
        if (await throttle.DelayAsync(db, clock.GetUtcNow(), cancel) is { } delay)
            return Slow(metrics, delay);

        Account? account;
        using (metrics.StartPasswordCheck())
        using (var slot = await passwords.AcquireSlotAsync(cancel))
        {
            if (slot is null)
            {
                metrics.SignIn("busy");
                return Problem.TooManyRequests(
                    "Too many people are signing in right now.", PasswordHashing.RetryAfterBusy);
            }

            // The check that counts: parallel guesses get here one by one, each after the previous failure is stored.
            if (await throttle.DelayAsync(db, clock.GetUtcNow(), cancel) is { } longer)
                return Slow(metrics, longer);

            // A locked account is treated like an unknown one.
            account = await db.Accounts.AsNoTracking()
                .SingleOrDefaultAsync(known => known.Email == email && known.LockedAt == null, cancel);
            var verdict = passwords.Verify(account, request.Password);
            if (account is null || verdict == PasswordVerificationResult.Failed)
            {
                await throttle.FailedAsync(db, clock.GetUtcNow(), cancel);
                return Refuse(http, metrics);
            }

            if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
                await account.StoreHashAsync(db, passwords.Hash(request.Password), cancel);
        }

        var now = clock.GetUtcNow();
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            AccountId = account.Id,
            StartedAt = now,
            RotationKey = refreshTokens.NewRotationKey(),
        };
        var token = RefreshTokens.NewToken();
        var accessToken = await accessTokens.IssueAsync(account, session.Id, cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (!await account.IsUnchangedAsync(db, cancel))
            return Refuse(http, metrics);

        db.Sessions.Add(session);
        db.RefreshTokens.Add(new() { Hash = RefreshTokens.Hash(token), SessionId = session.Id, IssuedAt = now });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        await throttle.SucceededAsync(db, cancel);
        // A browser has one session: the previous one, possibly of another user, ends with this sign-in.
        if (BrowserSession.IsRequested(http))
            await SignOut.EndAsync(db, BrowserSession.Presented(http, inBody: null), now, cancel);

        metrics.SignIn("success");
        log.SignedIn(account.Id, session.Id);
        return TypedResults.Ok(
            SessionTokens.Of(
                accessToken, accessTokens.Lifetime, BrowserSession.Deliver(http, token, session.LifeLeft(now))));
    }

    private static ProblemHttpResult Refuse(HttpContext http, UsersMetrics metrics)
    {
        metrics.SignIn("refused");
        http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return Problem.Unauthorized("The e-mail address or the password is wrong.");
    }

    private static ProblemHttpResult Slow(UsersMetrics metrics, TimeSpan delay)
    {
        metrics.SignIn("delayed");
        return Problem.TooManyRequests("There were too many wrong passwords.", delay);
    }
}
