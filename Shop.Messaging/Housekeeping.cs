using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>Removes what nobody can need any more: entries that every group is done with, and old inbox rows.</summary>
internal sealed class Housekeeping<TDb>(
    MessagingModule<TDb> module,
    RedisStreams redis,
    IServiceScopeFactory scopes,
    DatabaseReadiness<TDb> readiness,
    TimeProvider clock,
    ILogger<Housekeeping<TDb>> log)
    : WorkLoop($"Housekeeping of {module.Stream}", TimeSpan.FromMinutes(1), readiness.Migrated, log)
    where TDb : DbContext
{
    private const int Batch = 1000;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await redis.TrimAsync(module.Stream, module.Options.StreamAge, module.Options.UnreadAge);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        return await ForgetAsync(db, clock.GetUtcNow() - module.Options.InboxAge, cancel) == Batch;
    }

    private static Task<int> ForgetAsync(TDb db, DateTimeOffset before, CancellationToken cancel)
    {
        // Message ids begin with their time, so the key finds the old rows without an index of its own on "at".
        var inbox = Tables.Of<InboxMessage>(db);
        var forget =
            $$"""
            DELETE FROM {{inbox}} WHERE ctid = ANY (ARRAY (
                SELECT ctid FROM {{inbox}} WHERE message_id < {0} AND at < {1} ORDER BY message_id LIMIT {{Batch}}))
            """;
        return db.Database.ExecuteSqlRawAsync(forget, [MessageIds.Floor(before), before], cancel);
    }
}
