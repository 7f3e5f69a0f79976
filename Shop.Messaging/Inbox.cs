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
    internal const string Key = "pk_inbox";

    /// <summary>The id of the message.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The consumer group that handled it.</summary>
    public required string Consumer { get; init; }

    /// <summary>When it was handled.</summary>
    public required DateTimeOffset At { get; init; }

    internal static void Map(EntityTypeBuilder<InboxMessage> inbox)
    {
        inbox.ToTable("inbox");
        inbox.HasKey(message => new { message.MessageId, message.Consumer }).HasName(Key);
        inbox.Property(message => message.MessageId).HasColumnName("message_id").ValueGeneratedNever();
        inbox.Property(message => message.Consumer).HasColumnName("consumer");
        inbox.Property(message => message.At).HasColumnName("at");
    }

    /// <summary>Whether a failure says that the message was already handled.</summary>
    internal static bool IsDuplicate(Exception exception) =>
        exception is DbUpdateException
        {
            InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Key },
        };
}
