using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.ServiceDefaults;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>Deletes rows that are not needed any more, in small batches; replicas may do it at the same time.</summary>
internal sealed class Housekeeping(
    IServiceScopeFactory scopes, DatabaseReadiness<UsersDb> database, TimeProvider clock, ILogger<Housekeeping> log)
    : BackgroundWorker("Housekeeping of users", TimeSpan.FromHours(1), database.Migrated, log)
{
    private const int BatchSize = 1000;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
        var now = clock.GetUtcNow();
        var over = now - Session.LongestLife;
        var sessions = await db.Sessions
            .Where(session => session.StartedAt < over).OrderBy(session => session.StartedAt).Take(BatchSize)
            .ExecuteDeleteAsync(cancel);
        // A token this old is refused anyway.
        var useless = now - Session.LongestIdle;
        var tokens = await db.RefreshTokens
            .Where(token => token.IssuedAt < useless).OrderBy(token => token.IssuedAt).Take(BatchSize)
            .ExecuteDeleteAsync(cancel);
        var forgotten = now - SignInThrottle.Memory;
        var failures = await db.SignInFailures
            .Where(row => row.LastAt < forgotten).OrderBy(row => row.LastAt).Take(BatchSize)
            .ExecuteDeleteAsync(cancel);
        var sources = await db.SourceFailures
            .Where(row => row.ForgottenAt < now).OrderBy(row => row.ForgottenAt).Take(BatchSize)
            .ExecuteDeleteAsync(cancel);
        return sessions == BatchSize || tokens == BatchSize || failures == BatchSize || sources == BatchSize;
    }
}
