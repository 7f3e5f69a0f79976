using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>
/// Asks a signed-in caller for the password again, because the access token may be stolen. A wrong password counts like
/// a failed sign-in, so guessing is no faster here.
/// </summary>
internal sealed class Reauthentication(
    UsersDb db, PasswordHashing passwords, IOptions<IpThrottleOptions> options, TimeProvider clock)
{
    /// <returns>The answer for a caller who may not go on; null if the password is right.</returns>
    public async Task<ProblemHttpResult?> CheckAsync(
        Account account, string password, IPAddress? source, CancellationToken cancel)
    {
        var throttle = SignInThrottle.Of(account.Email, source, options.Value);
        if (await throttle.DelayAsync(db, clock.GetUtcNow(), cancel) is { } delay)
            return Slow(delay);

        using var slot = await passwords.AcquireSlotAsync(cancel);
        if (slot is null)
            return Busy();

        if (await throttle.DelayAsync(db, clock.GetUtcNow(), cancel) is { } longer)
            return Slow(longer);

        if (passwords.Verify(account, password) == PasswordVerificationResult.Failed)
        {
            await throttle.FailedAsync(db, clock.GetUtcNow(), cancel);
            return TypedResults.Problem("The password is wrong.", statusCode: StatusCodes.Status403Forbidden);
        }

        await throttle.SucceededAsync(db, cancel);
        return null;
    }

    public static ProblemHttpResult Busy() =>
        Problem.TooManyRequests(
            "Too many people are registering or signing in right now.", PasswordHashing.RetryAfterBusy);

    private static ProblemHttpResult Slow(TimeSpan delay) =>
        Problem.TooManyRequests("There were too many wrong passwords.", delay);
}
