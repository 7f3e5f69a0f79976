using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Messaging;

/// <summary>
/// An event that is decided but not yet sent. Stored with the change that it tells of; a <see cref="SentMessage"/> when sent.
/// </summary>
public sealed class OutboxMessage
{
    /// <summary>The message id, a version 7 GUID, fixed for life; rows are sent in its order.</summary>
    public required Guid Id { get; init; }

    /// <summary>The CloudEvents type.</summary>
    public required string Type { get; init; }

    /// <summary>What the event is about.</summary>
    public required Guid Subject { get; init; }

    /// <summary>The whole event as it goes on the wire.</summary>
    public required string Content { get; init; }

    /// <summary>The W3C trace context of whoever caused it, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset At { get; init; }

    internal static OutboxMessage Of<TEvent>(TEvent happened, DateTimeOffset now, Activity? cause)
        where TEvent : IEvent
    {
        var id = MessageIds.Next(now);
        return new()
        {
            Id = id,
            Type = TEvent.Type,
            Subject = happened.Subject,
            Content = Envelope.Write(id, happened, now, cause),
            TraceParent = cause is { IdFormat: ActivityIdFormat.W3C } ? cause.Id : null,
            At = now,
        };
    }

    internal static void Map(EntityTypeBuilder<OutboxMessage> outbox)
    {
        outbox.ToTable("outbox");
        outbox.Property(message => message.Id).ValueGeneratedNever();
        // Rows live for milliseconds: without eager vacuuming a claim wades through the dead ones.
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
        Saved(eventData.Context);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context);
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

    private void Saved(DbContext? db)
    {
        // Inside a transaction of the caller nothing is visible yet; its commit comes by the other way.
        if (db?.Database.CurrentTransaction is null)
            WakeIfPublished(db);
    }

    private void WakeIfPublished(DbContext? db)
    {
        if (db is null)
            return;

        var detects = db.ChangeTracker.AutoDetectChangesEnabled;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (var entry in db.ChangeTracker.Entries<OutboxMessage>())
        {
            if (entry.State == EntityState.Unchanged)
            {
                relay.Wake();
                break;
            }
        }

        db.ChangeTracker.AutoDetectChangesEnabled = detects;
    }
}
