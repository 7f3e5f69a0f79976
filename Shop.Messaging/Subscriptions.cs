using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>Which events a module reacts to, and how.</summary>
/// <typeparam name="TDb">The module's context.</typeparam>
public sealed class Subscriptions<TDb>
    where TDb : DbContext
{
    private readonly Dictionary<string, Dictionary<string, HandleEnvelope<TDb>>> _byStream = [];

    internal IEnumerable<string> Streams => _byStream.Keys;

    internal Func<TDb, Guid[], CancellationToken, Task> Load { get; private set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>
    /// Has <paramref name="handle"/> called once in effect for each <typeparamref name="TEvent"/>. It changes entities
    /// and publishes events; the caller stores both, together with the inbox row, and commits. It must not commit and
    /// must not have effects elsewhere, since it is repeated when the transaction fails. The context may be shared with
    /// handlers of other subjects and must not be cleared; rows that they change, too, must be changed in one way only:
    /// all by entities or all by SQL.
    /// </summary>
    /// <typeparam name="TEvent">The fields of the event that this module reads.</typeparam>
    /// <param name="handle">Receives the event, the context, what else is known, and a token that it obeys.</param>
    /// <exception cref="ArgumentException">The type is malformed or has a handler already.</exception>
    public Subscriptions<TDb> On<TEvent>(Func<TEvent, TDb, EventContext, CancellationToken, Task> handle)
        where TEvent : IEvent
    {
        var stream = RedisStreams.NameOf(EventTypes.ServiceOf(TEvent.Type));
        if (!_byStream.TryGetValue(stream, out var subscriptions))
            _byStream[stream] = subscriptions = [];

        return subscriptions.TryAdd(TEvent.Type, HandleAsync)
            ? this
            : throw new ArgumentException($"{TEvent.Type} has a handler already.", nameof(handle));

        Task HandleAsync(Envelope envelope, TDb db, IServiceProvider services, CancellationToken cancel) => handle(
            Read<TEvent>(envelope), db, new(envelope.Id, envelope.Time, envelope.Type, services), cancel);
    }

    /// <summary>
    /// Has <paramref name="load"/> called once in each transaction, before its handlers, with the subjects of all its
    /// messages: one query then reads or locks what would else be one for each message. Handlers must not rely on it,
    /// and not every subject need be known.
    /// </summary>
    /// <param name="load">Receives the context of the handlers, the subjects, and a token that it obeys.</param>
    public Subscriptions<TDb> LoadFirst(Func<TDb, Guid[], CancellationToken, Task> load)
    {
        Load = load;
        return this;
    }

    internal IReadOnlyDictionary<string, HandleEnvelope<TDb>> Of(string stream) => _byStream[stream];

    internal HandleEnvelope<TDb>? Find(string stream, string? type) =>
        type is not null && _byStream.TryGetValue(stream, out var types) ? types.GetValueOrDefault(type) : null;

    private static TEvent Read<TEvent>(Envelope envelope)
    {
        try
        {
            return envelope.Data.Deserialize<TEvent>(Json.Events) ?? throw new JsonException("The data is null.");
        }
        catch (JsonException exception)
        {
            throw new UnreadableDataException($"The data doesn't fit {envelope.Type}: {exception.Message}", exception);
        }
    }
}

/// <exception cref="UnreadableDataException">Nothing was changed.</exception>
internal delegate Task HandleEnvelope<TDb>(
    Envelope envelope, TDb db, IServiceProvider services, CancellationToken cancel);

/// <summary>The data of an envelope doesn't fit the event; trying again would not help.</summary>
internal sealed class UnreadableDataException(string message, Exception inner) : Exception(message, inner);
