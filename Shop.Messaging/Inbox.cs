using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;

namespace Shop.Messaging;

/// <summary>
/// A message that was handled. The row is stored in the transaction of the handler, so that its key makes the effect
/// happen once however often the message is delivered.
/// </summary>
public sealed class InboxMessage
{
    /// <summary>The id of the message.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The consumer group that handled it.</summary>
    public required string Consumer { get; init; }

    /// <summary>When it was handled.</summary>
    public required DateTimeOffset At { get; init; }

    internal static void Map(EntityTypeBuilder<InboxMessage> inbox)
    {
        inbox.ToTable("inbox");
        inbox.HasKey(message => new { message.MessageId, message.Consumer });
        inbox.Property(message => message.MessageId).ValueGeneratedNever();
    }
}

/// <summary>Notes messages as handled, in the transaction that is under way.</summary>
internal sealed record InboxSql(string Note, string Forget)
{
    public static InboxSql Of(DbContext db)
    {
        var inbox = Tables.Of<InboxMessage>(db);
        // In the order of the key, so that two processes that note the same messages can't wait for each other in a circle.
        return new(
            $"""
            INSERT INTO {inbox} (message_id, consumer, at)
            SELECT id, $2, $3 FROM unnest($1) AS id ORDER BY id
            ON CONFLICT DO NOTHING
            RETURNING message_id
            """,
            $"DELETE FROM {inbox} WHERE message_id = ANY ($1) AND consumer = $2");
    }

    /// <summary>Waits for whoever is handling one of them just now.</summary>
    /// <returns>Those that nobody has handled yet.</returns>
    public async Task<HashSet<Guid>> NoteAsync(
        DbContext db, Guid[] messages, string consumer, DateTimeOffset now, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Note, (NpgsqlConnection)db.Database.GetDbConnection())
        {
            Parameters = { new() { Value = messages }, new() { Value = consumer }, new() { Value = now } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        HashSet<Guid> fresh = [];
        while (await reader.ReadAsync(cancel))
            fresh.Add(reader.GetGuid(0));

        return fresh;
    }

    /// <summary>Takes notes of the same transaction back.</summary>
    public async Task ForgetAsync(DbContext db, Guid[] messages, string consumer, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Forget, (NpgsqlConnection)db.Database.GetDbConnection())
        {
            Parameters = { new() { Value = messages }, new() { Value = consumer } },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }
}
