using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Sessions;

/// <summary>
/// Consecutive wrong passwords for one subject. The subject is a hash, so that no address is stored in clear. Addresses
/// without an account are counted too, so that they cannot be told apart.
/// </summary>
internal sealed class SignInFailures
{
    public required byte[] Subject { get; init; }
    public required int Count { get; init; }
    public required DateTimeOffset LastAt { get; init; }
}

/// <summary>
/// Slows down password guessing without letting an attacker lock the owner out. A client address that guesses at an
/// account has to wait longer and longer; other addresses wait a few seconds at most; attempts during the wait change
/// nothing. An address that tries one password on many accounts is slowed down by <see cref="IpThrottle"/>.
/// </summary>
internal sealed record SignInThrottle(byte[] FromThisSource, byte[] FromAnywhere, IpThrottle Source)
{
    // Five mistakes are human; after that a guess costs up to five minutes.
    private static readonly DelayRule PerSource = new(Free: 5, MaxDelay: TimeSpan.FromMinutes(5));

    // From many addresses at once. The owner is delayed too, so the delay stays short.
    private static readonly DelayRule PerAccount = new(Free: 30, MaxDelay: TimeSpan.FromSeconds(15));

    /// <summary>Failures are forgotten after this long without another.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    public static SignInThrottle Of(string email, IPAddress? source, IpThrottleOptions options) => new(
        Subject($"{email} from {CallerNetwork.Of(source)}"),
        Subject(email),
        new(Subject(CallerNetwork.Of(source)), options));

    /// <returns>How long this attempt has to wait; null when it may be made now.</returns>
    public async Task<TimeSpan?> DelayAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var failures = await db.SignInFailures.AsNoTracking()
            .Where(row => row.Subject == FromThisSource || row.Subject == FromAnywhere)
            .ToListAsync(cancel);
        return failures
            .Select(
                row =>
                    row.Subject.AsSpan().SequenceEqual(FromThisSource)
                        ? PerSource.Delay(row, now)
                        : PerAccount.Delay(row, now))
            .Append(await Source.DelayAsync(db, now, cancel))
            .Where(delay => delay > TimeSpan.Zero)
            .Max(delay => (TimeSpan?)delay);
    }

    public async Task FailedAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        await Source.FailedAsync(db, now, cancel);
        // Always in the order of the keys, so that two attempts cannot deadlock.
        var forgotten = now - Memory;
        foreach (var subject in ((byte[][])[FromThisSource, FromAnywhere]).OrderBy(
            Convert.ToHexString, StringComparer.Ordinal))
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO users.sign_in_failures AS known (subject, count, last_at) VALUES ({subject}, 1, {now})
                ON CONFLICT (subject) DO UPDATE SET
                    count = CASE WHEN known.last_at < {forgotten} THEN 1 ELSE least(known.count + 1, 1000) END,
                    last_at = excluded.last_at
                """,
                cancel);
        }
    }

    /// <summary>
    /// Resets the account but not the address: otherwise an attacker could sign in to an own account to reset the
    /// delay.
    /// </summary>
    public Task SucceededAsync(UsersDb db, CancellationToken cancel) =>
        db.SignInFailures.Where(row => row.Subject == FromThisSource || row.Subject == FromAnywhere)
            .ExecuteDeleteAsync(cancel);

    private static byte[] Subject(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private sealed record DelayRule(int Free, TimeSpan MaxDelay)
    {
        // 1 s after the free attempts, then doubling.
        public TimeSpan Delay(SignInFailures failures, DateTimeOffset now) => failures.Count < Free
            ? TimeSpan.Zero
            : failures.LastAt + Backoff.Exponential(TimeSpan.FromSeconds(1), failures.Count - Free, MaxDelay) - now;
    }
}
