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
    /// <summary>How long entries wait in a stream that has no group yet.</summary>
    public static readonly TimeSpan UnreadAge = TimeSpan.FromDays(7);

    private const int Batch = 1000;

    // How long entries stay in a stream although all groups are done with them.
    private static readonly TimeSpan StreamAge = TimeSpan.FromHours(1);

    // How long a handled message is remembered: longer than it could be delivered again.
    private static readonly TimeSpan InboxAge = TimeSpan.FromDays(7);

    // How long an event is kept that a subscriber has not recorded, and a subscriber that is not there: shorter than
    // the others remember that they have handled it.
    private static readonly TimeSpan UnrecordedAge = InboxAge - TimeSpan.FromDays(1);

    // How long an event is kept that all subscribers have recorded: for one that comes later.
    private static readonly TimeSpan SentAge = TimeSpan.FromDays(1);

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var groups = await streams.RecordedAsync(module.Stream);
        var age = groups.Count == 0 ? UnreadAge : StreamAge;
        await streams.TrimAsync(module.Stream, now - age, groups.Values);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await db.Set<Subscriber>().Where(subscriber => groups.Keys.Contains(subscriber.Name))
            .ExecuteUpdateAsync(row => row.SetProperty(subscriber => subscriber.SeenAt, now), cancel);
        await db.Set<Subscriber>().Where(subscriber => subscriber.SeenAt < now - UnrecordedAge)
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
            forget, [MessageIds.Floor(now - InboxAge), now - InboxAge], cancel);
        // What is left of an earlier epoch was recorded in it, or it would have been put back into the outbox.
        var drop =
            $$"""
            DELETE FROM {{tables.Sent}} WHERE ctid = ANY (ARRAY (
                SELECT sent.ctid FROM {{tables.Sent}} AS sent, {{tables.Stream}} AS state
                WHERE sent.id < {0} AND (sent.id < {1} OR sent.epoch < state.epoch OR sent.entry <= state.recorded)
                ORDER BY sent.id LIMIT {{Batch}}))
            """;
        var dropped = await db.Database.ExecuteSqlRawAsync(
            drop, [MessageIds.Floor(now - SentAge), MessageIds.Floor(now - UnrecordedAge)], cancel);
        return forgotten == Batch || dropped == Batch;
    }
}
