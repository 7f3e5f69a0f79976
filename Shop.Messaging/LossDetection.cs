using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Shop.Messaging;

/// <summary>
/// Puts events back into the outbox that a subscriber may have lost with Redis, or that a new one has missed. Three signs
/// tell of it: the marker is gone (Redis was emptied, or a group was made anew, since whoever makes a group removes the
/// marker), Redis was restarted, or there is a group that we don't know. It may be sent twice, which the inbox makes harmless.
/// </summary>
internal sealed partial class LossDetection<TDb>(
    MessagingModule<TDb> module, RedisStreams redis, MessagingTelemetry telemetry, TimeProvider clock, ILogger<LossDetection<TDb>> log)
    where TDb : DbContext
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private LossSql? _sql;
    private long _looked;

    /// <summary>Looks once a second, at most; what is put back is sent by the round that follows.</summary>
    public async Task LookAsync(TDb db, CancellationToken cancel)
    {
        if (_looked != 0 && clock.GetElapsedTime(_looked) < LookEvery)
            return;

        _sql ??= LossSql.Of(db);
        await db.Database.OpenConnectionAsync(cancel);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        // The groups first: if the stream's life is still the same afterwards, it was when they were read.
        var groups = await redis.RecordedAsync(module.Stream);
        var seen = await redis.SeenAsync(module.Stream);
        var life = await ReadAsync(connection, _sql.Read, cancel);
        if (!life.IsStill(seen) || !life.Subscribers.IsSupersetOf(groups.Keys))
            await PutBackAsync(connection, [.. groups.Keys], cancel);
        // Nobody knows how far a group has got that is missing.
        else if (groups.Count > 0 && groups.Count == life.Subscribers.Count && groups.Values.Min() is var recorded && recorded > life.Recorded)
            await ExecuteAsync(connection, _sql.Note, cancel, life.Epoch, recorded);

        _looked = clock.GetTimestamp();
    }

    private async Task PutBackAsync(NpgsqlConnection connection, string[] groups, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // From here to the commit no relay can finish sending, and another replica that has seen the same waits.
        await ExecuteAsync(connection, _sql!.Lock, cancel);
        var life = await ReadAsync(connection, _sql.Read, cancel);
        var seen = await redis.SeenAsync(module.Stream);
        var newcomers = groups.Where(group => !life.Subscribers.Contains(group)).ToArray();
        if (life.IsStill(seen) && newcomers is [])
            return;

        var count = newcomers is []
            ? await ExecuteAsync(connection, _sql.PutBackUnrecorded, cancel, life.Epoch, life.Recorded)
            : await ExecuteAsync(connection, _sql.PutBackAll, cancel);
        // The marker before the commit: what is sent in the new life is sent after both.
        var marker = Guid.CreateVersion7();
        await redis.MarkAsync(module.Stream, marker);
        await ExecuteAsync(connection, _sql.Welcome, cancel, newcomers, clock.GetUtcNow());
        await ExecuteAsync(connection, _sql.BeginAnew, cancel, marker, seen.Server);
        await transaction.CommitAsync(cancel);

        telemetry.Resent(module.Stream, count);
        if (newcomers is not [])
            LogNewcomers(module.Stream, string.Join(", ", newcomers), count);
        else if (count > 0)
            LogLoss(module.Stream, count);
    }

    private static async Task<Life> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return new(reader.GetInt32(0), new(reader.GetGuid(1), reader.GetString(2)), reader.GetInt64(3), [.. reader.GetFieldValue<string[]>(4)]);
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });

        return await command.ExecuteNonQueryAsync(cancel);
    }

    [LoggerMessage(51, LogLevel.Warning, "Redis may have lost some of {Stream}: {Count} events that not every subscriber has recorded are sent again")]
    private partial void LogLoss(string stream, int count);

    [LoggerMessage(52, LogLevel.Information, "{Stream} has the new subscribers {Groups}: {Count} events are sent again")]
    private partial void LogNewcomers(string stream, string groups, int count);

    private sealed record Life(int Epoch, StreamSeen Known, long Recorded, HashSet<string> Subscribers)
    {
        public bool IsStill(StreamSeen seen) => seen == Known;
    }
}

/// <summary>By what a life of a stream is told from another.</summary>
/// <param name="Marker">Null when it is gone.</param>
/// <param name="Server">The run of the Redis process.</param>
internal readonly record struct StreamSeen(Guid? Marker, string Server);

/// <summary>The statements of the detection for the schema of a context.</summary>
internal sealed record LossSql(
    string Read, string Lock, string BeginAnew, string Note, string Welcome, string PutBackUnrecorded, string PutBackAll)
{
    public static LossSql Of(DbContext db)
    {
        var (outbox, sent) = (Tables.Of<OutboxMessage>(db), Tables.Of<SentMessage>(db));
        var (life, subscribers) = (Tables.Of<StreamLife>(db), Tables.Of<Subscriber>(db));
        return new(
            $"SELECT epoch, marker, server, recorded, ARRAY (SELECT name FROM {subscribers}) FROM {life}",
            $"SELECT FROM {life} FOR UPDATE",
            $"UPDATE {life} SET epoch = epoch + 1, marker = $1, server = $2, recorded = 0",
            $"UPDATE {life} SET recorded = $2 WHERE epoch = $1 AND recorded < $2",
            $"INSERT INTO {subscribers} (name, seen_at) SELECT name, $2 FROM unnest($1) AS name ON CONFLICT DO NOTHING",
            PutBack("WHERE epoch = $1 AND entry > $2"),
            PutBack(""));

        string PutBack(string which) =>
            $"""
            WITH lost AS (DELETE FROM {sent} {which} RETURNING *)
            INSERT INTO {outbox} (id, type, subject, content, trace_parent, at)
            SELECT id, type, subject, content, trace_parent, at FROM lost
            """;
    }
}
