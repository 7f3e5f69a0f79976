using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>
/// What operators see of the events about one subject, an order for example: what each module published, and when each
/// of the others handled it. It reads what is kept anyway: published events for a day and more, handled ones for a week
/// (<see cref="RetentionWorker{TDb}"/>).
/// </summary>
public static class EventTrail
{
    /// <summary>As many as the address of a request has room for.</summary>
    private const int MaxIds = 100;

    /// <summary>
    /// What one page looks through. The events have no index on their subject, which every event would pay for; they
    /// are found by their ids, which begin with their time as the id of the subject does.
    /// </summary>
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>How far the clocks of two services may be apart (see ADR 0024), doubled.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Maps, for operators only: GET <c>prefix/events/{subject}</c>, what the module published about a subject, the
    /// oldest first, an hour of it at once (<c>after</c> for the next); and GET
    /// <c>prefix/handled-events?id=…&amp;id=…</c>, which of these events the module has handled, and when.
    /// </summary>
    /// <typeparam name="TDb">The module's context.</typeparam>
    /// <param name="routes">Where to map.</param>
    /// <param name="prefix">The module's path, for example <c>/api/orders</c>.</param>
    public static RouteGroupBuilder MapEventTrail<TDb>(this IEndpointRouteBuilder routes, string prefix)
        where TDb : DbContext
    {
        var trail = routes.MapGroup(prefix).RequireAuthorization(Policies.Operator).WithTags("Events");
        // By variables, since RouteHandlerAnalyzer of SDK 10.0.401 crashes on handlers with a type parameter (AD0001).
        Delegate published = Published<TDb>, handled = Handled<TDb>;
        trail.MapGet("/events/{subject:guid}", published).WithSummary("What was published about an order");
        trail.MapGet("/handled-events", handled).WithSummary("Which of these events were handled, and when");
        return trail;
    }

    private static async Task<Results<Ok<Page<PublishedEvent>>, ValidationProblem>> Published<TDb>(
        Guid subject, Guid? after, TDb db, TimeProvider clock, CancellationToken cancel)
        where TDb : DbContext
    {
        var check = new Validation()
            .Check(subject.Version == 7, "subject", "The id of an order is a GUID of version 7.")
            .Check(after is null or { Version: 7 }, "after", "Send the \"next\" of the page before, or nothing.");
        if (check.Failed)
            return check.ToProblem();

        var begin = after
            ?? MessageIds.Floor(Math.Max(0, MessageIds.MillisecondsOf(subject) - (long)ClockSkew.TotalMilliseconds));
        var endsAt = MessageIds.MillisecondsOf(begin) + (long)Window.TotalMilliseconds;
        var end = MessageIds.Floor(endsAt);
        // One statement, so that an event that is just being sent is seen once: in the one table or in the other. What
        // was not sent yet has no position in the stream.
        var events = await About(db.Set<OutboxMessage>())
            .Select(row => new { row.Id, row.Type, row.At, row.TraceParent, Entry = 0L })
            .Concat(About(db.Set<SentMessage>())
                .Select(row => new { row.Id, row.Type, row.At, row.TraceParent, row.Entry }))
            .OrderBy(row => row.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(new Page<PublishedEvent>(
            [.. events.Select(row => new PublishedEvent(
                row.Id,
                row.Type,
                row.At,
                row.Entry != 0,
                row.Entry == 0
                    ? null
                    : DateTimeOffset.FromUnixTimeMilliseconds(StreamId.At(row.Entry).Milliseconds),
                ActivityContext.TryParse(row.TraceParent, null, out var context) ? $"{context.TraceId}" : null))],
            endsAt < clock.GetUtcNow().ToUnixTimeMilliseconds() ? $"{end}" : null));

        IQueryable<TEvent> About<TEvent>(IQueryable<TEvent> stored)
            where TEvent : StoredEvent =>
            stored.Where(row => row.Subject == subject && row.Id >= begin && row.Id < end);
    }

    private static async Task<Results<Ok<HandledEvents>, ValidationProblem>> Handled<TDb>(
        Guid[] id, TDb db, CancellationToken cancel)
        where TDb : DbContext
    {
        var check = new Validation().Check(id.Length is >= 1 and <= MaxIds, "id", $"Ask for 1 to {MaxIds} events.");
        if (check.Failed)
            return check.ToProblem();

        return TypedResults.Ok(new HandledEvents(await db.Set<InboxMessage>().AsNoTracking()
            .Where(row => id.Contains(row.MessageId))
            .OrderBy(row => row.MessageId)
            .Select(row => new HandledEvent(row.MessageId, row.At))
            .ToListAsync(cancel)));
    }

    /// <param name="Id">The message id.</param>
    /// <param name="Type">For example <c>shop.orders.order-placed.v1</c>.</param>
    /// <param name="At">When it was published, by the clock of the module.</param>
    /// <param name="IsSent">Whether the transport has taken it.</param>
    /// <param name="SentAt">When the transport took it, by its own clock.</param>
    /// <param name="TraceId">The trace of what published it.</param>
    internal sealed record PublishedEvent(
        Guid Id, string Type, DateTimeOffset At, bool IsSent, DateTimeOffset? SentAt, string? TraceId);

    /// <param name="Items">Those of the requested events that were handled.</param>
    internal sealed record HandledEvents(IReadOnlyList<HandledEvent> Items);

    /// <param name="Id">The message id.</param>
    /// <param name="At">When it was handled, by the clock of the module that did.</param>
    internal sealed record HandledEvent(Guid Id, DateTimeOffset At);
}
