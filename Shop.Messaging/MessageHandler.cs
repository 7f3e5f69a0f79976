using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>
/// Applies deliveries: the notes that they are done, the handlers' changes and the events that they publish are one
/// transaction. Deliveries of different subjects share it, for one commit costs as much as many handlers; when it fails,
/// each is tried again alone. What fails alone is repeated after a pause; what fails too often becomes a dead letter, noted
/// as done as well.
/// </summary>
internal sealed partial class MessageHandler<TDb>(
    MessagingModule<TDb> module,
    Subscriptions<TDb> subscriptions,
    IServiceScopeFactory scopes,
    MessagingTelemetry telemetry,
    FaultPoints faults,
    TimeProvider clock,
    ILogger<MessageHandler<TDb>> log,
    string stream)
    where TDb : DbContext
{
    // More than that, and it isn't bad luck.
    private const int MaxConflicts = 20;

    // A handler that times out by its own fault looks like an outage, except that the others' work goes on.
    private const int MaxSuspicions = 20;

    // Nobody waits longer than this for those he shares a transaction with: after the one no handler is begun, after the
    // other the step that is under way is given up.
    private static readonly TimeSpan SharedTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SharedStep = TimeSpan.FromMilliseconds(500);

    private readonly IReadOnlyDictionary<string, Subscription<TDb>> _subscriptions = subscriptions.Of(stream);
    private InboxSql? _inbox;
    private int _most = module.Options.HandleBatch;

    /// <summary>Whether what the handlers stand on, the module's database above all, is away.</summary>
    public Outage Outage { get; } = new($"Handling of {stream} by {module.Name}", threshold: 3, log);

    /// <summary>
    /// How many deliveries may share a transaction now: fewer after each failure, more again with success, so that handlers
    /// that keep getting into each other's way go one by one.
    /// </summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>Whether the delivery must go through <see cref="HandleAsync"/> at all.</summary>
    public bool Concerns(Delivery delivery) =>
        delivery.Envelope is null || _subscriptions.ContainsKey(delivery.Envelope.Type);

    /// <summary>Handles deliveries, which it sorts by subject: then handlers that lock rows do so in one order everywhere.</summary>
    /// <returns>How many, from the first, are settled; and the pause after which to try the others again.</returns>
    /// <exception cref="OperationCanceledException">The patience is at an end; the deliveries stay pending.</exception>
    public async Task<(int Settled, TimeSpan Pause)> HandleAsync(Delivery[] deliveries, CancellationToken cancel)
    {
        Array.Sort(deliveries, static (one, other) => string.CompareOrdinal(one.Lane, other.Lane));
        try
        {
            var settled = await ApplyAsync(deliveries, cancel);
            Outage.Succeeded();
            if (deliveries.Length >= Most && !deliveries[0].IsAlone)
                Volatile.Write(ref _most, Math.Min(Most * 2, module.Options.HandleBatch));

            return (settled, TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever a handler throws, the other messages must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (deliveries is [var only])
                return (0, PauseAfter(only, exception));

            Volatile.Write(ref _most, Math.Max(deliveries.Length / 2, 1));
            // Whose fault it was shows when each stands for itself.
            LogParted(exception, deliveries.Length, stream);
            Array.ForEach(deliveries, delivery => delivery.IsAlone = true);
            return (0, TimeSpan.Zero);
        }
    }

    private async Task<int> ApplyAsync(Delivery[] deliveries, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var step = deliveries.Length == 1 ? Timeout.InfiniteTimeSpan : SharedStep;
        limit.CancelAfter(step);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        _inbox ??= InboxSql.Of(db);
        // A failure ends the whole transaction, so there is nothing to return to.
        db.Database.AutoSavepointsEnabled = false;
        await using var transaction = await db.Database.BeginTransactionAsync(limit.Token);
        var fresh = await _inbox.NoteAsync(
            db, Array.ConvertAll(deliveries, delivery => delivery.MessageId), module.Name, clock.GetUtcNow(), limit.Token);
        List<Delivery> applied = new(fresh.Count);
        var settled = 0;
        for (; settled < deliveries.Length && (settled == 0 || clock.GetElapsedTime(start) < SharedTime); settled++)
        {
            // Removed, since a faulty producer may have given one id to two events.
            if (!fresh.Remove(deliveries[settled].MessageId))
                continue;

            limit.CancelAfter(step);
            await ApplyAsync(deliveries[settled], db, scope.ServiceProvider, limit.Token);
            applied.Add(deliveries[settled]);
        }

        limit.CancelAfter(step);
        if (fresh.Count > 0)
            await _inbox.ForgetAsync(db, [.. fresh], module.Name, limit.Token);

        await db.SaveChangesAsync(limit.Token);
        await transaction.CommitAsync(cancel);
        faults.Reached(module.Applied);
        Tell(applied, duplicates: settled - applied.Count, clock.GetElapsedTime(start));
        return settled;
    }

    private async Task ApplyAsync(Delivery delivery, TDb db, IServiceProvider services, CancellationToken cancel)
    {
        using var span = delivery.Envelope is null ? null : telemetry.Processing(stream, module.Name, delivery.Envelope);
        if (Read(delivery) is not { } happened)
        {
            db.Add(DeadLetter.Of(delivery, stream, clock.GetUtcNow()));
            return;
        }

        var envelope = delivery.Envelope!;
        try
        {
            await _subscriptions[envelope.Type].Handle(happened, db, new(envelope.Id, envelope.Time, envelope.Type, services), cancel);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    /// <summary>The event; null when the delivery is given up.</summary>
    private object? Read(Delivery delivery)
    {
        if (delivery.GivenUp is not null)
            return null;

        var envelope = delivery.Envelope!;
        try
        {
            return _subscriptions[envelope.Type].Read(envelope.Data);
        }
        catch (JsonException exception)
        {
            delivery.GivenUp = $"The data doesn't fit {envelope.Type}: {exception.Message}";
            return null;
        }
    }

    private void Tell(List<Delivery> applied, int duplicates, TimeSpan duration)
    {
        telemetry.Duplicates(stream, module.Name, duplicates);
        foreach (var delivery in applied)
        {
            if (delivery.GivenUp is null)
            {
                telemetry.Handled(stream, module.Name, delivery.Envelope!.Type, duration);
                continue;
            }

            telemetry.Dead(stream, module.Name);
            LogDead(stream, delivery.Entry, delivery.MessageId, delivery.Envelope?.Type, delivery.Attempts);
        }
    }

    private TimeSpan PauseAfter(Delivery delivery, Exception exception)
    {
        if (Outage.Explains(exception))
        {
            var others = Outage.Successes;
            if (delivery.Interruptions++ > 0 && others != delivery.SuccessesSeen)
                delivery.Suspicions++;

            delivery.SuccessesSeen = others;
            Outage.Failed(exception);
            if (delivery.Suspicions >= MaxSuspicions)
                delivery.GivenUp = $"Interrupted {delivery.Interruptions} times while other messages were handled: {exception.Message}";

            return Backoff.WithJitter(delivery.Interruptions);
        }

        if (Outage.IsConflict(exception) && delivery.Conflicts++ < MaxConflicts)
            return TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50));

        telemetry.Retried(stream, module.Name);
        delivery.Attempts++;
        LogFailed(exception, stream, delivery.Entry, delivery.MessageId, delivery.Envelope?.Type, delivery.Attempts);
        var pauses = module.Options.EffectiveRetryDelays;
        if (delivery.GivenUp is null && delivery.Attempts <= pauses.Count)
            return pauses[delivery.Attempts - 1];

        // Were even the dead letter refused, it would be tried again like anything else.
        var again = delivery.GivenUp is null ? TimeSpan.Zero : Backoff.WithJitter(delivery.Attempts);
        delivery.GivenUp ??= exception.ToString();
        return again;
    }

    [LoggerMessage(21, LogLevel.Warning, "Handling {Entry} of {Stream} failed: message {MessageId}, {Type}, attempt {Attempt}")]
    private partial void LogFailed(Exception exception, string stream, StreamId entry, Guid messageId, string? type, int attempt);

    [LoggerMessage(22, LogLevel.Error, "Gave up {Entry} of {Stream} to the dead letters: message {MessageId}, {Type}, after {Attempts} attempts")]
    private partial void LogDead(string stream, StreamId entry, Guid messageId, string? type, int attempts);

    [LoggerMessage(23, LogLevel.Debug, "A transaction with {Count} messages of {Stream} failed; each is tried again alone")]
    private partial void LogParted(Exception exception, int count, string stream);
}
