using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>
/// Applies deliveries: their inbox rows, the handlers' changes and the events that they publish are one transaction.
/// Deliveries of different subjects share it, for one commit costs as much as many handlers; when it fails, each is
/// tried again by itself. What then fails is repeated after a pause; what fails too often becomes a dead letter.
/// </summary>
internal sealed partial class MessageHandler<TDb>(
    MessagingModule<TDb> module,
    Subscriptions<TDb> subscriptions,
    IServiceScopeFactory scopes,
    MessagingTelemetry telemetry,
    TimeProvider clock,
    ILogger<MessageHandler<TDb>> log,
    string stream)
    where TDb : DbContext
{
    // After that many, a conflict counts as a failure of the handler.
    private const int MaxConflicts = 20;

    // A handler that times out by its own fault looks like an outage, except that other messages are handled meanwhile.
    private const int MaxUnexplainedFailures = 20;

    // How many failures in a row, of any messages, mean that the database is away.
    private const int AwayAfter = 3;

    // So that a slow handler delays its neighbours little: after the one no further handler is begun, after the other
    // the step that is under way is cancelled and each of the neighbours tried by itself.
    private static readonly TimeSpan SharedTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SharedStep = TimeSpan.FromMilliseconds(500);

    private readonly IReadOnlyDictionary<string, HandleEnvelope<TDb>> _handlers = subscriptions.Of(stream);
    private int _batchSize = module.Options.HandleBatch;

    /// <summary>Whether what the handlers need, the module's database above all, is away.</summary>
    public AvailabilityMonitor Availability { get; } = new($"Handling of {stream} by {module.Name}", AwayAfter, log);

    /// <summary>
    /// How many deliveries may share a transaction now: half as many after a failure, so that handlers that keep
    /// conflicting go one by one; as many as there was time for, since recording the others was in vain; and a few more
    /// after each success.
    /// </summary>
    public int BatchSize => Volatile.Read(ref _batchSize);

    /// <summary>Whether it must be handled: the module subscribes to its type, or nobody can read it.</summary>
    public bool Handles(Delivery delivery) =>
        delivery.Envelope is null || _handlers.ContainsKey(delivery.Envelope.Type);

    /// <summary>Handles deliveries, sorted by subject, so that handlers lock rows in one order everywhere.</summary>
    /// <returns>How many, from the first, are settled; and the pause after which to try the others again.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="abort"/>; the deliveries stay pending.</exception>
    public async Task<(int Settled, TimeSpan Pause)> HandleAsync(Delivery[] deliveries, CancellationToken abort)
    {
        Array.Sort(deliveries, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        try
        {
            var settled = await ApplyAsync(deliveries, abort);
            Availability.Succeeded();
            if (settled < deliveries.Length)
                Volatile.Write(ref _batchSize, settled);
            else if (deliveries.Length >= BatchSize && !deliveries[0].Isolated)
                Volatile.Write(ref _batchSize, Math.Min(BatchSize + 1 + (BatchSize / 4), module.Options.HandleBatch));

            return (settled, TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever a handler throws, the other messages must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (deliveries is [var only])
                return (0, PauseAfter(only, exception));

            // Which of them failed shows when each has a transaction of its own.
            LogIsolated(exception, deliveries.Length, stream);
            Volatile.Write(ref _batchSize, Math.Max(deliveries.Length / 2, 1));
            Array.ForEach(deliveries, delivery => delivery.Isolated = true);
            return (0, TimeSpan.Zero);
        }
    }

    private async Task<int> ApplyAsync(Delivery[] deliveries, CancellationToken abort)
    {
        var start = clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abort);
        var step = deliveries.Length == 1 ? Timeout.InfiniteTimeSpan : SharedStep;
        limit.CancelAfter(step);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await using var transaction = await db.BeginAllOrNothingAsync(limit.Token);
        var ids = Array.ConvertAll(deliveries, delivery => delivery.MessageId);
        var fresh = await InboxMessage.RecordAsync(
            db, module.TablesOf(db), ids, module.Name, clock.GetUtcNow(), limit.Token);
        var toHandle = deliveries.Where(one => one.GivenUp is null && fresh.Contains(one.MessageId));
        Guid[] subjects = [.. toHandle.Select(delivery => delivery.Subject).OfType<Guid>()];
        if (subjects is not [])
            await subscriptions.Load(db, subjects, limit.Token);

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
            await InboxMessage.ForgetAsync(db, [.. fresh], module.Name, limit.Token);

        await db.SaveChangesAsync(limit.Token);
        await transaction.CommitAsync(abort);
        Report(applied, duplicates: settled - applied.Count, clock.GetElapsedTime(start));
        return settled;
    }

    private async Task ApplyAsync(Delivery delivery, TDb db, IServiceProvider services, CancellationToken cancel)
    {
        using var span = delivery.Envelope is null
            ? null
            : telemetry.Processing(stream, module.Name, delivery.Envelope);
        try
        {
            if (delivery.GivenUp is null)
                await _handlers[delivery.Envelope!.Type](delivery.Envelope, db, services, cancel);
        }
        catch (UnreadableDataException exception)
        {
            delivery.GivenUp = exception.Message;
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }

        if (delivery.GivenUp is not null)
            db.Add(DeadLetter.Of(delivery, stream, clock.GetUtcNow()));
    }

    private void Report(List<Delivery> applied, int duplicates, TimeSpan duration)
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
        if (AvailabilityMonitor.IsUnavailability(exception))
        {
            var successes = Availability.Successes;
            if (delivery.TransientFailures++ > 0 && successes != delivery.SuccessesSeen)
                delivery.UnexplainedFailures++;

            delivery.SuccessesSeen = successes;
            Availability.Failed(exception);
            if (delivery.UnexplainedFailures >= MaxUnexplainedFailures)
                delivery.GivenUp = $"Failed {delivery.TransientFailures} times, others did not: {exception.Message}";

            return Backoff.WithJitter(delivery.TransientFailures);
        }

        if (AvailabilityMonitor.IsConflict(exception) && delivery.Conflicts++ < MaxConflicts)
            return TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50));

        telemetry.Retried(stream, module.Name);
        delivery.Attempts++;
        LogFailed(exception, stream, delivery.Entry, delivery.MessageId, delivery.Envelope?.Type, delivery.Attempts);
        var pauses = module.Options.EffectiveRetryDelays;
        if (delivery.GivenUp is null && delivery.Attempts <= pauses.Count)
            return pauses[delivery.Attempts - 1];

        // A dead letter that can't be stored is tried again like anything else.
        var pause = delivery.GivenUp is null ? TimeSpan.Zero : Backoff.WithJitter(delivery.Attempts);
        delivery.GivenUp ??= exception.ToString();
        return pause;
    }

    [LoggerMessage(21, LogLevel.Warning,
        "Handling {Entry} of {Stream} failed: message {MessageId}, {Type}, attempt {Attempt}")]
    private partial void LogFailed(
        Exception exception, string stream, StreamId entry, Guid messageId, string? type, int attempt);

    [LoggerMessage(22, LogLevel.Error,
        "Gave up {Entry} of {Stream} to the dead letters: message {MessageId}, {Type}, after {Attempts} attempts")]
    private partial void LogDead(string stream, StreamId entry, Guid messageId, string? type, int attempts);

    [LoggerMessage(23, LogLevel.Debug,
        "A transaction with {Count} messages of {Stream} failed; each is tried again by itself")]
    private partial void LogIsolated(Exception exception, int count, string stream);
}
