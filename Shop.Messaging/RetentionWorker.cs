using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>
/// Removes what nobody can need any more: entries that every group is done with, old inbox rows, sent events and
/// subscribers that have left.
/// </summary>
internal sealed class RetentionWorker<TDb>(
    MessagingModule<TDb> module,
    EventStreams streams,
    IServiceScopeFactory scopes,
    DatabaseReadiness<TDb> readiness,
    TimeProvider clock,
    ILogger<RetentionWorker<TDb>> log)
    : BackgroundWorker($"Retention of {module.Stream}", TimeSpan.FromMinutes(1), readiness.Migrated, log)
    where TDb : DbContext
{
    private const int Batch = 1000;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        var options = module.Options;
        var now = clock.GetUtcNow();
        var groups = await streams.RecordedAsync(module.Stream);
        var age = groups.Count == 0 ? options.UnreadAge : options.StreamAge;
        await streams.TrimAsync(module.Stream, now - age, groups.Values);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await db.Set<Subscriber>().Where(subscriber => groups.Keys.Contains(subscriber.Name))
            .ExecuteUpdateAsync(row => row.SetProperty(subscriber => subscriber.SeenAt, now), cancel);
        await db.Set<Subscriber>().Where(subscriber => subscriber.SeenAt < now - options.UnrecordedAge)
            .ExecuteDeleteAsync(cancel);

        var tables = module.TablesOf(db);
        // Message ids begin with their time, so the key finds the old rows without an index of its own on "at".
        var forget =
            $$"""
            DELETE FROM {{tables.Inbox}} WHERE ctid = ANY (ARRAY (
                SELECT ctid FROM {{tables.Inbox}} WHERE message_id < {0} AND at < {1}
                ORDER BY message_id LIMIT {{Batch}}))
            """;
        var forgotten = await db.Database.ExecuteSqlRawAsync(
            forget, [MessageIds.Floor(now - options.InboxAge), now - options.InboxAge], cancel);
        // What is left of an earlier epoch was recorded in it, or it would have been put back into the outbox.
        var drop =
            $$"""
            DELETE FROM {{tables.Sent}} WHERE ctid = ANY (ARRAY (
                SELECT sent.ctid FROM {{tables.Sent}} AS sent, {{tables.Stream}} AS state
                WHERE sent.id < {0} AND (sent.id < {1} OR sent.epoch < state.epoch OR sent.entry <= state.recorded)
                ORDER BY sent.id LIMIT {{Batch}}))
            """;
        var dropped = await db.Database.ExecuteSqlRawAsync(
            drop, [MessageIds.Floor(now - options.SentAge), MessageIds.Floor(now - options.UnrecordedAge)], cancel);
        return forgotten == Batch || dropped == Batch;
    }
}
