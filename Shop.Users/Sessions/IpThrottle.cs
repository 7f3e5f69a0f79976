using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Sessions;

/// <summary>Configuration section <c>Users:SignIn</c>.</summary>
internal sealed class IpThrottleOptions
{
    /// <summary>
    /// How many wrong passwords one client address may send within <see cref="Window"/>, over all accounts.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int FreePerSource { get; set; } = 100;

    /// <summary>How long it takes until that many failures have expired, one after the other.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>The wrong passwords of one client address (as a hash) over all accounts: a leaky bucket.</summary>
internal sealed class SourceFailures
{
    public required byte[] Source { get; init; }

    /// <summary>When the last failure expires; they expire one after the other.</summary>
    public required DateTimeOffset ForgottenAt { get; init; }
}

/// <summary>
/// Slows down a client address that tries many accounts. Many people may share an address, so it is never blocked: when
/// the bucket is full, an attempt is admitted each time that a failure expires.
/// </summary>
internal sealed record IpThrottle(byte[] Source, IpThrottleOptions Options)
{
    private TimeSpan ExpiryPerFailure => Options.Window / Options.FreePerSource;

    /// <returns>How long this address has to wait; zero or less when it may go on.</returns>
    public async Task<TimeSpan> DelayAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var forgotten = await db.SourceFailures
            .Where(row => row.Source == Source)
            .Select(row => (DateTimeOffset?)row.ForgottenAt)
            .SingleOrDefaultAsync(cancel);
        return forgotten is { } at ? at - now + ExpiryPerFailure - Options.Window : TimeSpan.Zero;
    }

    public Task FailedAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var each = ExpiryPerFailure;
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO users.source_failures AS known (source, forgotten_at) VALUES ({Source}, {now + each})
            ON CONFLICT (source) DO UPDATE SET forgotten_at = greatest(known.forgotten_at, {now}) + {each}
            """,
            cancel);
    }
}
