using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Messaging;

/// <summary>An event as it is stored.</summary>
internal abstract class StoredEvent
{
    /// <summary>The message id, a version 7 GUID that never changes; events are sent in its order.</summary>
    public required Guid Id { get; init; }

    public required string Type { get; init; }

    public required Guid Subject { get; init; }

    /// <summary>The whole event as it goes on the wire.</summary>
    public required string Content { get; init; }

    /// <summary>The W3C trace context of what published it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>
/// An event that is not sent yet, stored by the transaction that changed what it tells of. It becomes a
/// <see cref="SentMessage"/>.
/// </summary>
internal sealed class OutboxMessage : StoredEvent
{
    public static OutboxMessage Of<TEvent>(TEvent message, DateTimeOffset now, Activity? cause)
        where TEvent : IEvent
    {
        var id = MessageIds.Next(now);
        return new()
        {
            Id = id,
            Type = TEvent.Type,
            Subject = message.Subject,
            Content = Envelope.Write(id, message, now, cause),
            TraceParent = cause is { IdFormat: ActivityIdFormat.W3C } ? cause.Id : null,
            At = now,
        };
    }

    public static void Map(EntityTypeBuilder<OutboxMessage> outbox)
    {
        outbox.ToTable("outbox");
        outbox.Property(message => message.Id).ValueGeneratedNever();
        // Rows live for milliseconds, and the relay has to skip the dead ones until they are vacuumed.
        outbox.HasStorageParameter("autovacuum_vacuum_scale_factor", 0);
        outbox.HasStorageParameter("autovacuum_vacuum_threshold", 5000);
    }
}
