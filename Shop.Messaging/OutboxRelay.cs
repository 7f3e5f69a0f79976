using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>
/// Sends what the outbox holds. Rows leave it in a transaction that commits only after Redis has taken their events: an
/// event is never lost, though a crash in between sends it twice. They go to outbox_sent, from where
/// <see cref="LossDetection{TDb}"/> puts back what Redis loses. Rows that another replica is sending are skipped.
/// </summary>
internal sealed class OutboxRelay<TDb>(
    MessagingModule<TDb> module,
    RedisStreams redis,
    IServiceScopeFactory scopes,
    LossDetection<TDb> losses,
    DatabaseReadiness<TDb> readiness,
    MessagingTelemetry telemetry,
    Failpoints failpoints,
    TimeProvider clock,
    ILogger<OutboxRelay<TDb>> log)
    : BackgroundWorker($"Relay of {module.Stream}", Poll, readiness.Migrated, log)
    where TDb : DbContext
{
    // Finds events whose wake-up died with its process.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(5);
    private long _measured;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();

        // First, because the outbox grows when Redis is away, and that must be seen.
        await MeasureAsync(db, cancel);
        await redis.ConnectAsync();
        await losses.CheckAsync(db, cancel);
        var sent = await SendAsync(db, cancel);
        if (sent > 0)
        {
            telemetry.Relayed(module.Stream, sent);
            await redis.AnnounceAsync(module.Stream);
        }

        return sent == module.Options.RelayBatch;
    }

    private async Task<int> SendAsync(TDb db, CancellationToken cancel)
    {
        var tables = module.TablesOf(db);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var claimed = await db.QueryAsync(
            $"""
            SELECT id, type, subject, content, trace_parent, (SELECT epoch FROM {tables.Stream}) FROM {tables.Outbox}
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
            """,
            OutboxRow.Read,
            cancel,
            module.Options.RelayBatch);
        if (claimed is not [{ Epoch: var epoch }, ..])
            return 0;

        var spans = claimed.ConvertAll(row => telemetry.Sending(module.Stream, row));
        try
        {
            failpoints.Reached($"{module.Name}.claimed");
            var last = await redis.AppendAsync(module.Stream, claimed.Select(row => row.Content));
            failpoints.Reached($"{module.Name}.sent");

            // Nothing is kept for an epoch that is over: with the lock, its end waits for this commit, or this sees it.
            var kept = await db.ExecuteAsync(
                $"""
                WITH state AS (SELECT epoch FROM {tables.Stream} WHERE epoch = $2 FOR KEY SHARE),
                gone AS (
                    DELETE FROM {tables.Outbox} AS outbox USING state WHERE outbox.id = ANY ($1) RETURNING outbox.*)
                INSERT INTO {tables.Sent} (id, type, subject, content, trace_parent, at, epoch, entry)
                SELECT id, type, subject, content, trace_parent, at, $2, $3 FROM gone
                """,
                // They are sent, so stopping now must not have them sent again.
                CancellationToken.None,
                claimed.Select(row => row.Id).ToArray(),
                epoch,
                last.Position);
            if (kept != claimed.Count)
                throw new InvalidOperationException("The stream was lost meanwhile; the events are sent again.");

            await transaction.CommitAsync(CancellationToken.None);
            return claimed.Count;
        }
        catch (Exception exception)
        {
            spans.ForEach(span => span?.SetStatus(ActivityStatusCode.Error, exception.Message));
            throw;
        }
        finally
        {
            spans.ForEach(span => span?.Dispose());
        }
    }

    private async Task MeasureAsync(TDb db, CancellationToken cancel)
    {
        if (clock.GetElapsedTime(_measured) < MeasureInterval)
            return;

        var now = clock.GetUtcNow();
        var outbox = module.TablesOf(db).Outbox;
        var waiting = await db.QueryAsync(
            $"""
            SELECT count(*), coalesce(min(at), $1)
            FROM (SELECT at FROM {outbox} ORDER BY id LIMIT {MessagingTelemetry.MaxDepth}) AS first
            """,
            row => (Count: row.GetInt64(0), Oldest: row.GetFieldValue<DateTimeOffset>(1)),
            cancel,
            now);
        telemetry.Outbox(module.Stream, waiting[0].Count, now - waiting[0].Oldest);
        _measured = clock.GetTimestamp();
    }
}

/// <summary>What the relay reads of an <see cref="OutboxMessage"/>.</summary>
internal readonly record struct OutboxRow(
    Guid Id, string Type, Guid Subject, string Content, string? TraceParent, int Epoch)
{
    public static OutboxRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetGuid(2),
        row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        row.GetInt32(5));
}
