using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Data;

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

/// <summary>Wakes the relay right after the commit that stored an event, so that no event waits for a poll.</summary>
internal sealed class OutboxWakeUp<TDb>(OutboxRelay<TDb> relay) : SaveChangesInterceptor, IDbTransactionInterceptor
    where TDb : DbContext
{
    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        OnSaved(eventData.Context);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        OnSaved(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        WakeIfPublished(eventData.Context);

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        WakeIfPublished(eventData.Context);
        return Task.CompletedTask;
    }

    private void OnSaved(DbContext? db)
    {
        // Inside a transaction of the caller nothing is visible before its commit, which is noticed as well.
        if (db?.Database.CurrentTransaction is null)
            WakeIfPublished(db);
    }

    private void WakeIfPublished(DbContext? db)
    {
        if (db?.Tracked<OutboxMessage>(EntityState.Unchanged) is [_, ..])
            relay.Wake();
    }
}
