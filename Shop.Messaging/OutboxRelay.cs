using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
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
    EventStreams streams,
    IServiceScopeFactory scopes,
    StreamOwnership<TDb> ownership,
    LossDetection<TDb> losses,
    DatabaseReadiness<TDb> readiness,
    MessagingTelemetry telemetry,
    TimeProvider clock,
    ILogger<OutboxRelay<TDb>> log)
    : BackgroundWorker($"Relay of {module.Stream}", Poll, readiness.Migrated, log)
    where TDb : DbContext
{
    // Finds events whose wake-up died with its process.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    // How many events one transaction sends: each of its steps is one call, and none holds its rows for long.
    private const int Batch = 200;
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(5);

    // Longer than the transaction of a publisher takes.
    private static readonly TimeSpan LookBack = TimeSpan.FromSeconds(10);
    private long _measured;
    private long _wholeRead;
    private Guid _from;
    private int _epoch;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();

        // First, because the outbox grows when Redis is away, and that must be seen.
        await MeasureAsync(db, cancel);
        await streams.ConnectAsync();
        if (!await ownership.TryHoldAsync(cancel))
            return false;

        await losses.CheckAsync(db, cancel);
        var sent = await SendAsync(db, cancel);
        if (sent > 0)
            telemetry.Relayed(module.Stream, sent);

        return sent == Batch;
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        streams.RequireTransport(module.Stream);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await base.ExecuteAsync(stoppingToken);
        }
        finally
        {
            await ownership.ReleaseAsync();
        }
    }

    private async Task<int> SendAsync(TDb db, CancellationToken cancel)
    {
        var limit = Math.Min(Batch, streams.RoomIn(module.Stream));
        if (limit <= 0)
            return 0;

        var tables = module.TablesOf(db);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var claim =
            $$"""SELECT * FROM {{tables.Outbox}} WHERE id >= {1} ORDER BY id LIMIT {0} FOR UPDATE SKIP LOCKED""";
        // With the epoch of the same moment: what was put back is seen together with the epoch that this began.
        var rows = await (
            from message in db.Set<OutboxMessage>().FromSqlRaw(claim, limit, WhereToBegin()).AsNoTracking()
            from state in db.Set<StreamState>()
            orderby message.Id
            select new { Message = message, state.Epoch, state.Marker }).ToListAsync(cancel);
        if (rows is not [var first, ..] || streams.IsCarriedElsewhere(module.Stream, first.Marker))
            return 0;

        // Events may have been put back into the outbox: they are older, so they come first.
        if (first.Epoch != _epoch)
        {
            (_epoch, _from) = (first.Epoch, Guid.Empty);
            Wake();
            return 0;
        }

        var claimed = rows.ConvertAll(row => row.Message);
        var spans = claimed.ConvertAll(row => telemetry.Sending(module.Stream, row));
        try
        {
            var last = await streams.AppendAsync(module.Stream, claimed);

            // Nothing is kept for an epoch that is over: with the lock, its end waits for this commit, or this sees it.
            var keep =
                $$"""
                WITH state AS (SELECT epoch FROM {{tables.Stream}} WHERE epoch = {1} FOR KEY SHARE),
                gone AS (
                    DELETE FROM {{tables.Outbox}} AS outbox USING state WHERE outbox.id = ANY ({0}) RETURNING outbox.*)
                INSERT INTO {{tables.Sent}} (id, type, subject, content, trace_parent, at, epoch, entry)
                SELECT id, type, subject, content, trace_parent, at, {1}, {2} FROM gone
                """;
            // They are sent, so stopping now must not have them sent again.
            var kept = await db.Database.ExecuteSqlRawAsync(
                keep, [claimed.Select(row => row.Id).ToArray(), first.Epoch, last.Position], CancellationToken.None);
            if (kept != claimed.Count)
                throw new InvalidOperationException("The stream was lost meanwhile; the events are sent again.");

            await transaction.CommitAsync(CancellationToken.None);
            _from = MessageIds.Floor(claimed[^1].At - LookBack);
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

    /// <summary>
    /// What was sent still takes room in the index until PostgreSQL vacuums the table, up to a minute later, and a look
    /// from the beginning passes all of it. That is done once in a poll, for what has come late; between, a look begins
    /// a little before what was sent last.
    /// </summary>
    private Guid WhereToBegin()
    {
        if (clock.GetElapsedTime(_wholeRead) < Poll)
            return _from;

        _wholeRead = clock.GetTimestamp();
        return Guid.Empty;
    }

    private async Task MeasureAsync(TDb db, CancellationToken cancel)
    {
        if (clock.GetElapsedTime(_measured) < MeasureInterval)
            return;

        var waiting = await db.Set<OutboxMessage>()
            .OrderBy(message => message.Id)
            .Take(MessagingTelemetry.MaxDepth)
            .GroupBy(_ => 1)
            .Select(all => new { Count = all.LongCount(), Oldest = all.Min(message => message.At) })
            .SingleOrDefaultAsync(cancel);
        var age = clock.GetUtcNow() - waiting?.Oldest;
        telemetry.Outbox(module.Stream, waiting?.Count ?? 0, age ?? TimeSpan.Zero);
        _measured = clock.GetTimestamp();
    }
}
