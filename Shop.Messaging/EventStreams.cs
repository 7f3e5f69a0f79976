namespace Shop.Messaging;

/// <summary>
/// The streams as modules see them. An event goes straight to the modules beside its publisher, and to Redis if there
/// are modules elsewhere. Positions of both are those of Redis then, so that they can be compared.
/// </summary>
internal sealed class EventStreams(LocalStreams local, TimeProvider clock, RedisStreams? redis = null)
{
    private const string InMemory = "memory";

    /// <summary>Whether one process at a time carries the stream, since it is in the memory of that process.</summary>
    public bool IsLocal(string stream) => local.Find(stream) is not null;

    /// <summary>Whether another process has carried the stream since this one did.</summary>
    public bool IsCarriedElsewhere(string stream, Guid marker) =>
        local.Find(stream) is { } here && here.Marker != marker;

    /// <summary>How many more events the modules beside the publisher can take.</summary>
    public int RoomIn(string stream) => local.Find(stream)?.Room ?? int.MaxValue;

    /// <summary>Whether a group or entries are known to be missing in the stream.</summary>
    public bool IsIncomplete(string stream) => local.Find(stream) is { Marker: null };

    /// <exception cref="InvalidOperationException">The publisher is elsewhere, and there is no Redis.</exception>
    public IStreamGroup Join(string stream, string group, IEnumerable<string> types) => local.Find(stream) is { } here
        ? here.Join(group, types)
        : new RedisGroup(redis ?? throw Unreachable(stream), stream, group);

    /// <exception cref="InvalidOperationException">There is neither a module beside this one nor Redis.</exception>
    public void RequireTransport(string stream)
    {
        if (redis is null && !IsLocal(stream))
            throw Unreachable(stream);
    }

    /// <summary>Fails while Redis is away, if it is needed.</summary>
    public async ValueTask ConnectAsync()
    {
        if (redis is not null)
            await redis.ConnectAsync();
    }

    /// <summary>Appends in this order, and has the consumers look.</summary>
    /// <returns>The last entry.</returns>
    public async Task<StreamId> AppendAsync(string stream, IReadOnlyList<StoredEvent> events)
    {
        var here = local.Find(stream);
        var entries = redis is null
            ? here!.NextIds(events.Count, clock.GetUtcNow())
            : await redis.AppendAsync(stream, events.Select(message => message.Content));
        here?.Append(entries, events);
        return entries[^1];
    }

    /// <summary>Up to which position each group of the stream has acknowledged everything.</summary>
    public async Task<Dictionary<string, long>> RecordedAsync(string stream)
    {
        var recorded = redis is null ? [] : await redis.RecordedAsync(stream);
        foreach (var (group, position) in local.Find(stream)?.Recorded() ?? [])
        {
            // It has moved into this process; what it had not read there is sent again, since joining is a new epoch.
            if (recorded.ContainsKey(group))
                await redis!.RemoveGroupAsync(stream, group);

            recorded[group] = position;
        }

        return recorded;
    }

    public async Task<StreamIdentity> IdentifyAsync(string stream)
    {
        var here = local.Find(stream);
        var identity = redis is null ? new(here!.Marker, InMemory) : await redis.IdentifyAsync(stream);
        return here is not null && here.Marker != identity.Marker ? identity with { Marker = null } : identity;
    }

    public async Task MarkAsync(string stream, Guid marker)
    {
        if (redis is not null)
            await redis.MarkAsync(stream, marker);

        local.Find(stream)?.Marker = marker;
    }

    public Task TrimAsync(string stream, DateTimeOffset before, IEnumerable<long> recorded) =>
        redis?.TrimAsync(stream, before, recorded) ?? Task.CompletedTask;

    private static InvalidOperationException Unreachable(string stream) => new(
        $"{stream} is not in this process, and there is no Redis by which to reach it: set ConnectionStrings:redis.");
}

/// <summary>
/// One process as a consumer of one group of a stream, wherever the stream is: in Redis (<see cref="RedisGroup"/>) or
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

    /// <summary>Takes over entries that nobody has refreshed for some time.</summary>
    /// <param name="room">How many entries to take at most.</param>
    /// <returns>The entries, and how many had been trimmed away before anyone handled them.</returns>
    Task<(IReadOnlyCollection<Delivery> Claimed, int Lost)> ClaimAsync(int room);

    /// <summary>Frees what is still pending for others at once.</summary>
    /// <param name="held">What this process has read and not handled.</param>
    Task LeaveAsync(ICollection<StreamId> held);
}
