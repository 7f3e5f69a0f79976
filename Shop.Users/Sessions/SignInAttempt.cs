using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Sessions;

/// <summary>
/// Wrong passwords in a row for one subject. The subject is a hash: addresses without an account are counted too, so
/// that they can't be told apart, and nobody's address lies here readable.
/// </summary>
internal sealed class SignInFailures
{
    public required byte[] Subject { get; init; }
    public required int Count { get; init; }
    public required DateTimeOffset LastAt { get; init; }
}

/// <summary>
/// Slows down guessing without giving anybody the power to lock an owner out: a source that guesses waits longer and
/// longer, others that try the same account wait a few seconds at most, and tries made while waiting change nothing. A
/// source that tries one password on many accounts waits on account of itself.
/// </summary>
internal sealed record SignInAttempt(byte[] FromThisSource, byte[] FromAnywhere, SourcePatience Source)
{
    private static readonly Patience PerSource = new(Free: 5, Longest: TimeSpan.FromMinutes(5));
    private static readonly Patience PerAccount = new(Free: 30, Longest: TimeSpan.FromSeconds(15));

    /// <summary>Failures are forgotten after this long without another.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    public static SignInAttempt Of(string email, IPAddress? source, SourcePatienceOptions options) => new(
        Subject($"{email} from {CallerNetwork.Of(source)}"), Subject(email), new(Subject(CallerNetwork.Of(source)), options));

    /// <returns>How long this attempt has to wait; null when it may be made now.</returns>
    public async Task<TimeSpan?> DelayAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var failures = await db.SignInFailures.AsNoTracking()
            .Where(row => row.Subject == FromThisSource || row.Subject == FromAnywhere)
            .ToListAsync(cancel);
        return failures
            .Select(row => row.Subject.AsSpan().SequenceEqual(FromThisSource) ? PerSource.Delay(row, now) : PerAccount.Delay(row, now))
            .Append(await Source.DelayAsync(db, now, cancel))
            .Where(delay => delay > TimeSpan.Zero)
            .Max(delay => (TimeSpan?)delay);
    }

    public async Task FailedAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        await Source.FailedAsync(db, now, cancel);
        // Both rows always in the order of their keys, or two attempts could wait for each other for ever.
        var forgotten = now - Memory;
        foreach (var subject in ((byte[][])[FromThisSource, FromAnywhere]).OrderBy(Convert.ToHexString, StringComparer.Ordinal))
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

    /// <summary>Forgives the account, not the source: who has one account of their own could else go on guessing others.</summary>
    public Task SucceededAsync(UsersDb db, CancellationToken cancel) =>
        db.SignInFailures.Where(row => row.Subject == FromThisSource || row.Subject == FromAnywhere).ExecuteDeleteAsync(cancel);

    private static byte[] Subject(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private sealed record Patience(int Free, TimeSpan Longest)
    {
        // 1 s after the last free try, then doubling.
        public TimeSpan Delay(SignInFailures failures, DateTimeOffset now) => failures.Count < Free
            ? TimeSpan.Zero
            : failures.LastAt + Backoff.Exponential(TimeSpan.FromSeconds(1), failures.Count - Free, Longest) - now;
    }
}
