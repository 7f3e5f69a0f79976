using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Sessions;

/// <summary>Configuration section <c>Users:SignIn</c>.</summary>
internal sealed class SourcePatienceOptions
{
    /// <summary>How many wrong passwords one source may send within <see cref="Window"/>, over all accounts.</summary>
    [Range(1, int.MaxValue)]
    public int FreePerSource { get; set; } = 100;

    /// <summary>How long it takes until that many are forgotten, one after the other.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Wrong passwords of one source, a hash of its network, over all accounts: a bucket that leaks.</summary>
internal sealed class SourceFailures
{
    public required byte[] Source { get; init; }

    /// <summary>When the last of them will be forgotten; each takes its time after the one before.</summary>
    public required DateTimeOffset ForgottenAt { get; init; }
}

/// <summary>
/// Slows a source that tries many accounts. Many people may share one, so it is never shut out: when the bucket is full,
/// a wrong password is let through each time that one is forgotten.
/// </summary>
internal sealed record SourcePatience(byte[] Source, SourcePatienceOptions Options)
{
    private TimeSpan Each => Options.Window / Options.FreePerSource;

    /// <returns>How long this source has to wait; zero or less when it needn't.</returns>
    public async Task<TimeSpan> DelayAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var forgotten = await db.SourceFailures
            .Where(row => row.Source == Source).Select(row => (DateTimeOffset?)row.ForgottenAt).SingleOrDefaultAsync(cancel);
        return forgotten is { } at ? at - now + Each - Options.Window : TimeSpan.Zero;
    }

    public Task FailedAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var each = Each;
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO users.source_failures AS known (source, forgotten_at) VALUES ({Source}, {now + each})
            ON CONFLICT (source) DO UPDATE SET forgotten_at = greatest(known.forgotten_at, {now}) + {each}
            """,
            cancel);
    }
}
