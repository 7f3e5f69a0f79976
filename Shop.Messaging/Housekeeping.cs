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
internal sealed class Housekeeping<TDb>(
    MessagingModule<TDb> module,
    RedisStreams redis,
    IServiceScopeFactory scopes,
    DatabaseReadiness<TDb> readiness,
    TimeProvider clock,
    ILogger<Housekeeping<TDb>> log)
    : BackgroundWorker($"Housekeeping of {module.Stream}", TimeSpan.FromMinutes(1), readiness.Migrated, log)
    where TDb : DbContext
{
    private const int Batch = 1000;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await redis.TrimAsync(module.Stream, module.Options.StreamAge, module.Options.UnreadAge);

        var groups = await redis.RecordedAsync(module.Stream);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await KnowSubscribersAsync(db, [.. groups.Keys], cancel);
        var now = clock.GetUtcNow();
        var forgotten = await ForgetAsync(db, now - module.Options.InboxAge, cancel);
        var dropped = await DropSentAsync(db, now - module.Options.SentAge, now - module.Options.UnrecordedAge, cancel);
        return forgotten == Batch || dropped == Batch;
    }

    private async Task KnowSubscribersAsync(TDb db, string[] groups, CancellationToken cancel)
    {
        var (now, left) = (clock.GetUtcNow(), clock.GetUtcNow() - module.Options.UnrecordedAge);
        await db.Set<Subscriber>().Where(subscriber => groups.Contains(subscriber.Name))
            .ExecuteUpdateAsync(row => row.SetProperty(subscriber => subscriber.SeenAt, now), cancel);
        await db.Set<Subscriber>().Where(subscriber => subscriber.SeenAt < left).ExecuteDeleteAsync(cancel);
    }

    private static Task<int> DropSentAsync(TDb db, DateTimeOffset recordedBefore, DateTimeOffset before, CancellationToken cancel)
    {
        var (sent, life) = (Tables.Of<SentMessage>(db), Tables.Of<StreamLife>(db));
        // What is left of an earlier life was recorded in it, or it would have been put back.
        var drop =
            $$"""
            DELETE FROM {{sent}} WHERE ctid = ANY (ARRAY (
                SELECT sent.ctid FROM {{sent}} AS sent, {{life}} AS life
                WHERE sent.id < {0} AND (sent.id < {1} OR sent.epoch < life.epoch OR sent.entry <= life.recorded)
                ORDER BY sent.id LIMIT {{Batch}}))
            """;
        return db.Database.ExecuteSqlRawAsync(drop, [MessageIds.Floor(recordedBefore), MessageIds.Floor(before)], cancel);
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
