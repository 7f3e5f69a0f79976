using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Messaging;

/// <summary>
/// Applies one delivery: the note that it is done, the handler's changes and the events that it publishes are one
/// transaction. What fails is repeated after a pause; what fails too often becomes a dead letter, noted as done as well.
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
    // More than that, and it isn't bad luck.
    private const int MaxConflicts = 20;

    // A handler that times out by its own fault looks like an outage, except that the others' work goes on.
    private const int MaxSuspicions = 20;

    private readonly IReadOnlyDictionary<string, Subscription<TDb>> _subscriptions = subscriptions.Of(stream);

    /// <summary>Whether what the handlers stand on, the module's database above all, is away.</summary>
    public Outage Outage { get; } = new($"Handling of {stream} by {module.Name}", threshold: 3, log);

    /// <summary>Whether the delivery must go through <see cref="HandleAsync"/> at all.</summary>
    public bool Concerns(Delivery delivery) =>
        delivery.Envelope is null || _subscriptions.ContainsKey(delivery.Envelope.Type);

    /// <returns>Null when the delivery is settled, else the pause after which to try again.</returns>
    /// <exception cref="OperationCanceledException">The patience is at an end; the delivery stays pending.</exception>
    public async Task<TimeSpan?> HandleAsync(Delivery delivery, CancellationToken cancel)
    {
        using var span = delivery.Envelope is { } envelope ? telemetry.Processing(stream, module.Name, envelope) : null;
        try
        {
            await (delivery.GivenUp is null ? ApplyAsync(delivery, cancel) : BuryAsync(delivery, cancel));
            Outage.Succeeded();
            return null;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever a handler throws, the other messages must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            return PauseAfter(delivery, exception);
        }
    }

    private async Task ApplyAsync(Delivery delivery, CancellationToken cancel)
    {
        var envelope = delivery.Envelope!;
        var subscription = _subscriptions[envelope.Type];
        object happened;
        try
        {
            happened = subscription.Read(envelope.Data);
        }
        catch (JsonException exception)
        {
            delivery.GivenUp = $"The data doesn't fit {envelope.Type}: {exception.Message}";
            await BuryAsync(delivery, cancel);
            return;
        }

        var start = clock.GetTimestamp();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TDb>();
            // A failure ends the whole transaction, so there is nothing to return to.
            db.Database.AutoSavepointsEnabled = false;
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            db.Add(Done(delivery));
            await subscription.Handle(happened, db, new(envelope.Id, envelope.Time, envelope.Type, scope.ServiceProvider), cancel);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
        catch (Exception exception) when (InboxMessage.IsDuplicate(exception))
        {
            telemetry.Duplicate(stream, module.Name);
            return;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !Outage.Explains(exception))
        {
            // A handler may choke on its own earlier effect before the inbox had its say.
            if (!await IsDoneAsync(delivery, cancel))
                throw;

            telemetry.Duplicate(stream, module.Name);
            return;
        }

        telemetry.Handled(stream, module.Name, envelope.Type, clock.GetElapsedTime(start));
    }

    private async Task BuryAsync(Delivery delivery, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        db.Add(Done(delivery));
        db.Add(DeadLetter.Of(delivery, stream, clock.GetUtcNow()));
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException exception) when (InboxMessage.IsDuplicate(exception))
        {
            telemetry.Duplicate(stream, module.Name);
            return;
        }

        telemetry.Dead(stream, module.Name);
        LogDead(stream, delivery.Entry, delivery.MessageId, delivery.Envelope?.Type, delivery.Attempts);
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

            return Outage.Pause(delivery.Interruptions);
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
        var again = delivery.GivenUp is null ? TimeSpan.Zero : Outage.Pause(delivery.Attempts);
        delivery.GivenUp ??= exception.ToString();
        return again;
    }

    private async Task<bool> IsDoneAsync(Delivery delivery, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        return await db.Set<InboxMessage>().AnyAsync(
            done => done.MessageId == delivery.MessageId && done.Consumer == module.Name, cancel);
    }

    private InboxMessage Done(Delivery delivery) =>
        new() { MessageId = delivery.MessageId, Consumer = module.Name, At = clock.GetUtcNow() };

    [LoggerMessage(21, LogLevel.Warning, "Handling {Entry} of {Stream} failed: message {MessageId}, {Type}, attempt {Attempt}")]
    private partial void LogFailed(Exception exception, string stream, StreamId entry, Guid messageId, string? type, int attempt);

    [LoggerMessage(22, LogLevel.Error, "Gave up {Entry} of {Stream} to the dead letters: message {MessageId}, {Type}, after {Attempts} attempts")]
    private partial void LogDead(string stream, StreamId entry, Guid messageId, string? type, int attempts);
}
