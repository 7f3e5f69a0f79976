using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>What operators do with the messages that could not be handled: look, replay, discard.</summary>
public static partial class DeadLetters
{
    private const int MaxShown = 10_000;
    private const string Unknown = "There is no such dead letter.";

    /// <summary>
    /// Maps, for operators only: GET <c>prefix/dead-letters</c> (oldest first, <c>after</c>, <c>limit</c>; of a long
    /// message the beginning), POST <c>prefix/dead-letters/{id}/replay</c> and DELETE <c>prefix/dead-letters/{id}</c>.
    /// </summary>
    /// <typeparam name="TDb">The module's context.</typeparam>
    /// <param name="routes">Where to map.</param>
    /// <param name="prefix">The module's path, for example <c>/api/orders</c>.</param>
    public static RouteGroupBuilder MapDeadLetters<TDb>(this IEndpointRouteBuilder routes, string prefix)
        where TDb : DbContext
    {
        var letters = routes.MapGroup($"{prefix}/dead-letters")
            .RequireAuthorization(Policies.Operator)
            .WithTags("Dead letters");
        // By variables, since RouteHandlerAnalyzer of SDK 10.0.401 crashes on handlers with a type parameter (AD0001).
        Delegate list = List<TDb>, replay = Replay<TDb>, discard = Discard<TDb>;
        letters.MapGet("/", list).WithSummary("Messages that could not be handled, the oldest first");
        letters.MapPost("/{id:guid}/replay", replay).WithSummary("Handles a message once more");
        letters.MapDelete("/{id:guid}", discard).WithSummary("Gives a message up for good");
        return letters;
    }

    private static async Task<Ok<Page<DeadLetter>>> List<TDb>(TDb db, Guid? after, int? limit, CancellationToken cancel)
        where TDb : DbContext
    {
        var size = Math.Clamp(limit ?? 50, 1, 200);
        var from = after ?? Guid.Empty;
        var letters = await db.Set<DeadLetter>().AsNoTracking()
            .Where(letter => letter.Id > from)
            .OrderBy(letter => letter.Id)
            .Take(size)
            // A page of whole messages could have 200 MB.
            .Select(letter => new DeadLetter
            {
                Id = letter.Id,
                MessageId = letter.MessageId,
                Stream = letter.Stream,
                EntryId = letter.EntryId,
                Type = letter.Type,
                Subject = letter.Subject,
                Content = letter.Content.Substring(0, MaxShown),
                Cause = letter.Cause,
                Attempts = letter.Attempts,
                At = letter.At,
            })
            .ToListAsync(cancel);
        return TypedResults.Ok(new Page<DeadLetter>(letters, letters.Count == size ? letters[^1].Id.ToString() : null));
    }

    /// <summary>
    /// Without Redis: the removal and the handler's changes are one transaction. The inbox row stays from when the
    /// message was given up, so that a late delivery still has no effect.
    /// </summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> Replay<TDb>(
        Guid id,
        TDb db,
        Subscriptions<TDb> subscriptions,
        HttpContext http,
        ILogger<DeadLetter> log,
        CancellationToken cancel)
        where TDb : DbContext
    {
        var letter = await db.Set<DeadLetter>().FirstOrDefaultAsync(letter => letter.Id == id, cancel);
        if (letter is null)
            return Problem.NotFound(Unknown);

        if (subscriptions.Find(letter.Stream, letter.Type) is not { } handle
            || Envelope.Read(Encoding.UTF8.GetBytes(letter.Content)) is not ({ } envelope, _))
        {
            return Problem.Unprocessable(
                "The message is malformed or nobody here handles its type; it can only be discarded.");
        }

        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            db.Remove(letter);
            await handle(envelope, db, http.RequestServices, cancel);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            return TypedResults.NoContent();
        }
        catch (DbUpdateConcurrencyException exception) when (exception.Entries.Any(entry => entry.Entity == letter))
        {
            // Replayed or discarded by someone else meanwhile.
            return Problem.NotFound(Unknown);
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException && !AvailabilityMonitor.IsUnavailability(exception))
        {
            LogReplayFailed(log, exception, id, letter.MessageId, letter.Type);
            db.ChangeTracker.Clear();
            await db.Set<DeadLetter>().Where(row => row.Id == id).ExecuteUpdateAsync(
                row => row
                    .SetProperty(failed => failed.Cause, DeadLetter.Shortened(exception.ToString()))
                    .SetProperty(failed => failed.Attempts, failed => failed.Attempts + 1),
                cancel);
            return Problem.Conflict("The message could not be handled again; its cause is updated.");
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Discard<TDb>(
        Guid id, TDb db, CancellationToken cancel)
        where TDb : DbContext =>
        await db.Set<DeadLetter>().Where(letter => letter.Id == id).ExecuteDeleteAsync(cancel) > 0
            ? TypedResults.NoContent()
            : Problem.NotFound(Unknown);

    [LoggerMessage(41, LogLevel.Warning, "Replaying the dead letter {Id} failed: message {MessageId}, {Type}")]
    private static partial void LogReplayFailed(
        ILogger log, Exception exception, Guid id, Guid messageId, string? type);
}
