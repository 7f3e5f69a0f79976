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
    FaultPoints faults,
    TimeProvider clock,
    ILogger<OutboxRelay<TDb>> log)
    : BackgroundWorker($"Relay of {module.Stream}", Poll, readiness.Migrated, log)
    where TDb : DbContext
{
    // The net for events whose wake-up died with its process.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(5);
    private OutboxSql? _sql;
    private long _measured;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        _sql ??= OutboxSql.Of(db);

        // Above all while Redis is away someone will want to see the outbox grow.
        await MeasureAsync(db, _sql, cancel);
        await redis.ConnectedAsync();
        await losses.LookAsync(db, cancel);
        var sent = await SendAsync(db, _sql, cancel);
        if (sent > 0)
        {
            telemetry.Relayed(module.Stream, sent);
            await redis.AnnounceAsync(module.Stream);
        }

        return sent == module.Options.RelayBatch;
    }

    private async Task<int> SendAsync(TDb db, OutboxSql sql, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var claimed = await ClaimAsync(connection, sql, cancel);
        if (claimed is not [{ Epoch: var epoch }, ..])
            return 0;

        var spans = claimed.ConvertAll(row => telemetry.Sending(module.Stream, row));
        try
        {
            faults.Reached(module.Claimed);
            var last = await redis.AppendAsync(module.Stream, claimed.ConvertAll(row => row.Content));
            faults.Reached(module.Sent);
            await KeepAsync(connection, sql, claimed, epoch, last);
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

    private async Task<List<OutboxRow>> ClaimAsync(NpgsqlConnection connection, OutboxSql sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql.Claim, connection) { Parameters = { new() { Value = module.Options.RelayBatch } } };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        List<OutboxRow> claimed = [];
        while (await reader.ReadAsync(cancel))
        {
            var traceParent = await reader.IsDBNullAsync(4, cancel) ? null : reader.GetString(4);
            claimed.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetGuid(2), reader.GetString(3), traceParent, reader.GetInt32(5)));
        }

        return claimed;
    }

    // Sent is sent: stopping now must not have these events sent again.
    private static async Task KeepAsync(NpgsqlConnection connection, OutboxSql sql, List<OutboxRow> sent, int epoch, StreamId last)
    {
        await using var command = new NpgsqlCommand(sql.Keep, connection)
        {
            Parameters = { new() { Value = sent.ConvertAll(row => row.Id).ToArray() }, new() { Value = epoch }, new() { Value = last.Position } },
        };
        if (await command.ExecuteNonQueryAsync(CancellationToken.None) != sent.Count)
            throw new InvalidOperationException("The stream was lost while events were sent to it; they are sent again.");
    }

    private async Task MeasureAsync(TDb db, OutboxSql sql, CancellationToken cancel)
    {
        if (clock.GetElapsedTime(_measured) < MeasureEvery)
            return;

        await db.Database.OpenConnectionAsync(cancel);
        await using (var command = new NpgsqlCommand(sql.Measure, (NpgsqlConnection)db.Database.GetDbConnection()))
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            await reader.ReadAsync(cancel);
            var oldest = await reader.IsDBNullAsync(1, cancel) ? (DateTimeOffset?)null : await reader.GetFieldValueAsync<DateTimeOffset>(1, cancel);
            telemetry.Outbox(module.Stream, reader.GetInt64(0), oldest is null ? TimeSpan.Zero : clock.GetUtcNow() - oldest.Value);
        }

        await db.Database.CloseConnectionAsync();
        _measured = clock.GetTimestamp();
    }
}

/// <summary>What the relay reads of an <see cref="OutboxMessage"/>.</summary>
internal readonly record struct OutboxRow(Guid Id, string Type, Guid Subject, string Content, string? TraceParent, int Epoch);

/// <summary>The statements of the relay for the schema of a context.</summary>
internal sealed record OutboxSql(string Claim, string Keep, string Measure)
{
    public static OutboxSql Of(DbContext db)
    {
        var (outbox, sent, life) = (Tables.Of<OutboxMessage>(db), Tables.Of<SentMessage>(db), Tables.Of<StreamLife>(db));
        return new(
            $"""
            SELECT id, type, subject, content, trace_parent, (SELECT epoch FROM {life}) FROM {outbox}
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
            """,
            // Nothing is kept for a life that is over: the lock makes the end of one wait for this commit, or this see it.
            $"""
            WITH life AS (SELECT epoch FROM {life} WHERE epoch = $2 FOR KEY SHARE),
            gone AS (DELETE FROM {outbox} AS outbox USING life WHERE outbox.id = ANY ($1) RETURNING outbox.*)
            INSERT INTO {sent} (id, type, subject, content, trace_parent, at, epoch, entry)
            SELECT id, type, subject, content, trace_parent, at, $2, $3 FROM gone
            """,
            $"SELECT count(*), min(at) FROM (SELECT at FROM {outbox} ORDER BY id LIMIT 10000) AS waiting");
    }
}

internal static class Tables
{
    /// <summary>The table of an entity, quoted and with its schema.</summary>
    public static string Of<TEntity>(DbContext db)
    {
        var entity = db.Model.FindEntityType(typeof(TEntity))
            ?? throw new InvalidOperationException($"The model of {db.GetType().Name} lacks AddMessaging().");
        var table = $"\"{entity.GetTableName()}\"";
        return entity.GetSchema() is { } schema ? $"\"{schema}\".{table}" : table;
    }
}
