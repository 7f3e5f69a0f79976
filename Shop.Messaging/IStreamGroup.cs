namespace Shop.Messaging;

/// <summary>
/// One process as a consumer of one group of a stream, wherever the stream is: in Redis (<see cref="StreamGroup"/>) or
/// in this process (<see cref="LocalGroup"/>). What it has read and not acknowledged is delivered again, here or
/// elsewhere.
/// </summary>
internal interface IStreamGroup
{
    /// <summary>Makes the stream and the group if they are missing; the group begins with the oldest entry.</summary>
    Task CreateAsync();

    /// <summary>Has new entries announced. A hint only: the consumer also polls.</summary>
    Task SubscribeAsync(Action onAnnounced);

    Task<IReadOnlyCollection<Delivery>> ReadAsync(int count);

    Task AcknowledgeAsync(IEnumerable<StreamId> entries);

    /// <summary>How many entries the group has not been given yet; null when that isn't known.</summary>
    Task<long?> LagAsync();

    /// <summary>Keeps entries that are still being worked on, and frees those of consumers that are gone.</summary>
    /// <param name="held">What this process works on.</param>
    Task RefreshAsync(ICollection<StreamId> held);

    /// <summary>Takes over entries that nobody has refreshed for <paramref name="minIdle"/>.</summary>
    /// <param name="minIdle">How long a consumer may be silent.</param>
    /// <param name="room">How many entries to take at most.</param>
    /// <returns>The entries, and how many had been trimmed away before anyone handled them.</returns>
    Task<(IReadOnlyCollection<Delivery> Claimed, int Lost)> ClaimAsync(TimeSpan minIdle, int room);

    /// <summary>Frees what is still pending for others at once.</summary>
    /// <param name="held">What this process has read and not handled.</param>
    /// <param name="minIdle">From when on the others claim an entry.</param>
    Task LeaveAsync(ICollection<StreamId> held, TimeSpan minIdle);
}
