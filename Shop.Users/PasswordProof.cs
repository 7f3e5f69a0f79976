using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>
/// Has somebody who is signed in show that they know the password, for a token may be a thief's. A wrong one counts like a
/// wrong sign-in, so guessing is no faster here than there.
/// </summary>
internal sealed class PasswordProof(
    UsersDb db, PasswordHashing passwords, IOptions<SourcePatienceOptions> options, TimeProvider clock)
{
    /// <returns>The answer for a caller who has not shown it; null for one who has.</returns>
    public async Task<ProblemHttpResult?> RefusesAsync(Account account, string password, IPAddress? source, CancellationToken cancel)
    {
        var attempt = SignInAttempt.Of(account.Email, source, options.Value);
        if (await attempt.DelayAsync(db, clock.GetUtcNow(), cancel) is { } delay)
            return Slow(delay);

        using var turn = await passwords.TakeTurn(cancel);
        if (turn is null)
            return Busy();

        if (await attempt.DelayAsync(db, clock.GetUtcNow(), cancel) is { } longer)
            return Slow(longer);

        if (passwords.Verify(account, password) == PasswordVerificationResult.Failed)
        {
            await attempt.FailedAsync(db, clock.GetUtcNow(), cancel);
            return TypedResults.Problem("The password is wrong.", statusCode: StatusCodes.Status403Forbidden);
        }

        await attempt.SucceededAsync(db, cancel);
        return null;
    }

    public static ProblemHttpResult Busy() =>
        Problem.TooManyRequests("Too many people are registering or signing in right now.", PasswordHashing.WhenBusy);

    private static ProblemHttpResult Slow(TimeSpan delay) => Problem.TooManyRequests("There were too many wrong passwords.", delay);
}
