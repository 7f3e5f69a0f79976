using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.ServiceDefaults;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>Deletes what can't matter any more, in small bites; replicas may do it at the same time.</summary>
internal sealed class Housekeeping(
    IServiceScopeFactory scopes, DatabaseReadiness<UsersDb> database, TimeProvider clock, ILogger<Housekeeping> log)
    : BackgroundWorker("Housekeeping of users", TimeSpan.FromHours(1), database.Migrated, log)
{
    private const int Bite = 1000;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
        var now = clock.GetUtcNow();
        var over = now - Session.LongestLife;
        var sessions = await db.Sessions
            .Where(session => session.StartedAt < over).OrderBy(session => session.StartedAt).Take(Bite)
            .ExecuteDeleteAsync(cancel);
        // A token this old is refused whether we know it or not.
        var useless = now - Session.LongestIdle;
        var tokens = await db.RefreshTokens
            .Where(token => token.IssuedAt < useless).OrderBy(token => token.IssuedAt).Take(Bite)
            .ExecuteDeleteAsync(cancel);
        var forgotten = now - SignInAttempt.Memory;
        var failures = await db.SignInFailures
            .Where(row => row.LastAt < forgotten).OrderBy(row => row.LastAt).Take(Bite)
            .ExecuteDeleteAsync(cancel);
        var sources = await db.SourceFailures
            .Where(row => row.ForgottenAt < now).OrderBy(row => row.ForgottenAt).Take(Bite)
            .ExecuteDeleteAsync(cancel);
        return sessions == Bite || tokens == Bite || failures == Bite || sources == Bite;
    }
}
