using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>Which events a module reacts to, and how.</summary>
/// <typeparam name="TDb">The module's context.</typeparam>
public sealed class Subscriptions<TDb>
    where TDb : DbContext
{
    private readonly Dictionary<string, Dictionary<string, Subscription<TDb>>> _byStream = [];

    /// <summary>
    /// Has <paramref name="handle"/> called once in effect for each <typeparamref name="TEvent"/>. It changes entities and
    /// publishes events; the caller stores both, together with the note that the message is done, and commits. It must not
    /// commit and must not have effects elsewhere, since it is repeated when the transaction fails. The context may be shared
    /// with handlers of other subjects and must not be cleared; rows that they change as well want one way of changing them.
    /// </summary>
    /// <typeparam name="TEvent">The fields of the event that this module reads.</typeparam>
    /// <param name="handle">Receives the event, the context, what else is known, and the end of patience, which it obeys.</param>
    /// <exception cref="ArgumentException">The type is malformed or has a handler already.</exception>
    public Subscriptions<TDb> On<TEvent>(Func<TEvent, TDb, EventContext, CancellationToken, Task> handle)
        where TEvent : IEvent
    {
        var stream = RedisStreams.NameOf(EventTypes.ServiceOf(TEvent.Type));
        if (!_byStream.TryGetValue(stream, out var subscriptions))
            _byStream[stream] = subscriptions = [];

        var subscription = new Subscription<TDb>(
            static data => data.Deserialize<TEvent>(Json.Events) ?? throw new JsonException("The data is null."),
            (happened, db, context, cancel) => handle((TEvent)happened, db, context, cancel));
        return subscriptions.TryAdd(TEvent.Type, subscription)
            ? this
            : throw new ArgumentException($"{TEvent.Type} has a handler already.", nameof(handle));
    }

    internal IEnumerable<string> Streams => _byStream.Keys;

    internal IReadOnlyDictionary<string, Subscription<TDb>> Of(string stream) => _byStream[stream];

    internal Subscription<TDb>? Find(string stream, string? type) =>
        type is not null && _byStream.TryGetValue(stream, out var subscriptions) ? subscriptions.GetValueOrDefault(type) : null;
}

/// <param name="Read">Makes the event of an envelope's data; throws <see cref="JsonException"/> when it doesn't fit.</param>
/// <param name="Handle">Handles what <paramref name="Read"/> made.</param>
internal sealed record Subscription<TDb>(
    Func<JsonElement, object> Read, Func<object, TDb, EventContext, CancellationToken, Task> Handle);
