using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Messaging;

/// <summary>
/// A message that was handled. The row is stored in the transaction of the handler, so that its key makes the effect
/// happen once however often the message is delivered.
/// </summary>
internal sealed class InboxMessage
{
    public required Guid MessageId { get; init; }

    /// <summary>The consumer group that handled it.</summary>
    public required string Consumer { get; init; }

    public required DateTimeOffset At { get; init; }

    public static void Map(EntityTypeBuilder<InboxMessage> inbox)
    {
        inbox.ToTable("inbox");
        inbox.HasKey(message => new { message.MessageId, message.Consumer });
        inbox.Property(message => message.MessageId).ValueGeneratedNever();
    }

    /// <summary>Records messages as handled; waits for whoever is handling one of them just now.</summary>
    /// <returns>Those that nobody has handled yet.</returns>
    public static Task<HashSet<Guid>> RecordAsync(
        DbContext db, Tables tables, Guid[] messages, string consumer, DateTimeOffset now, CancellationToken cancel)
    {
        // In the order of the key, so that two processes that record the same messages can't deadlock.
        var record =
            $$"""
            INSERT INTO {{tables.Inbox}} (message_id, consumer, at)
            SELECT id, {1}, {2} FROM unnest({0}) AS id ORDER BY id
            ON CONFLICT DO NOTHING
            RETURNING message_id AS "Value"
            """;
        return db.Database.SqlQueryRaw<Guid>(record, messages, consumer, now).ToHashSetAsync(cancel);
    }

    /// <summary>Takes back what the same transaction has recorded.</summary>
    public static Task<int> ForgetAsync(
        DbContext db, Guid[] messages, string consumer, CancellationToken cancel) => db.Set<InboxMessage>()
            .Where(row => messages.Contains(row.MessageId) && row.Consumer == consumer)
            .ExecuteDeleteAsync(cancel);
}
