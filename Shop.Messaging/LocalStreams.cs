using System.Diagnostics;
using System.Text;

namespace Shop.Messaging;

/// <summary>
/// The streams of modules that share a process, for the modules beside them. They are in memory, so they lose
/// everything when the process ends; Redis may do that at any time, too, and what is lost is sent again the same way.
/// </summary>
public sealed class LocalStreams
{
    private readonly Dictionary<string, LocalStream> _streams;

    /// <param name="modules">The modules of this process. Those that are elsewhere are reached by Redis.</param>
    public LocalStreams(IEnumerable<string> modules) => _streams =
        modules.ToDictionary(RedisStreams.NameOf, module => new LocalStream(RedisStreams.NameOf(module), this));

    /// <summary>How much a module may have waiting: some ten megabytes, and minutes of a busy shop.</summary>
    internal int MaxQueued { get; init; } = 20_000;

    /// <summary>A module that has read nothing for so long is away, and the others don't wait for it.</summary>
    internal TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Null when the module that publishes it is elsewhere.</summary>
    internal LocalStream? Find(string stream) => _streams.GetValueOrDefault(stream);
}

/// <summary>One stream, with a group for each module beside its publisher that subscribes to it.</summary>
internal sealed class LocalStream(string name, LocalStreams limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LocalGroup> _groups = [];
    private StreamId _last;
    private Guid? _marker;

    /// <summary>Entries were appended by the process that carries the stream, which is this one.</summary>
    public event Action<IReadOnlyList<StoredEvent>>? Appended;

    public string Name => name;

    /// <summary>As in Redis: it goes when entries are lost, and when there is a new group.</summary>
    public Guid? Marker
    {
        get
        {
            lock (_lock)
                return _marker;
        }

        set
        {
            lock (_lock)
                _marker = value;
        }
    }

    /// <summary>How many more entries the groups can take.</summary>
    public int Room => Groups().Select(group => group.Value.Room).DefaultIfEmpty(int.MaxValue).Min();

    public LocalGroup Join(string group, IEnumerable<string> types)
    {
        lock (_lock)
        {
            _marker = null;
            return _groups[group] = new LocalGroup(this, types.ToHashSet(), limits);
        }
    }

    /// <summary>Ids for entries that are in no stream of Redis, in ascending order.</summary>
    public StreamId[] NextIds(int count, DateTimeOffset now)
    {
        lock (_lock)
        {
            var first = new StreamId(now.ToUnixTimeMilliseconds(), 0).Position;
            var last = Math.Max(first - 1, _last.Position);
            return [.. Enumerable.Range(1, count).Select(number => StreamId.At(last + number))];
        }
    }

    public void Append(IReadOnlyList<StreamId> entries, IReadOnlyList<StoredEvent> events)
    {
        lock (_lock)
            _last = entries[^1];

        foreach (var (_, group) in Groups())
            group.Add(entries, events);

        Appended?.Invoke(events);
    }

    /// <summary>Up to which position each group has acknowledged everything.</summary>
    public Dictionary<string, long> Recorded() =>
        Groups().ToDictionary(group => group.Key, group => group.Value.Recorded);

    // To be asked outside of the lock, which a group takes while it holds its own.
    private KeyValuePair<string, LocalGroup>[] Groups()
    {
        lock (_lock)
            return [.. _groups];
    }
}

/// <summary>
/// What one module has still to handle of a <see cref="LocalStream"/>. While it reads, the publisher waits until there
/// is room. When it does not, as when its database is away, it must neither hold up the others nor fill the memory:
/// what has no room is lost here, and sent again from the database when it reads again.
/// </summary>
internal sealed class LocalGroup(LocalStream stream, HashSet<string> types, LocalStreams limits) : IStreamGroup
{
    private readonly Lock _lock = new();
    private readonly Queue<(StreamId Entry, string Content)> _queue = [];
    private readonly SortedSet<long> _unacknowledged = [];
    private long _last;
    private long _readAt = Stopwatch.GetTimestamp();
    private long? _firstLost;
    private Action? _onAnnounced;

    public long Recorded
    {
        get
        {
            lock (_lock)
            {
                var open = Math.Min(
                    _firstLost ?? long.MaxValue, _unacknowledged.Count > 0 ? _unacknowledged.Min : long.MaxValue);
                return open == long.MaxValue ? _last : open - 1;
            }
        }
    }

    /// <summary>How many more can be added; any number when the others must not wait for this group.</summary>
    public int Room
    {
        get
        {
            lock (_lock)
            {
                var isStalled = _firstLost is not null || Stopwatch.GetElapsedTime(_readAt) > limits.StallTimeout;
                var room = limits.MaxQueued - _queue.Count;
                return room <= 0 && isStalled ? int.MaxValue : room;
            }
        }
    }

    public void Add(IReadOnlyList<StreamId> entries, IReadOnlyList<StoredEvent> events)
    {
        lock (_lock)
        {
            foreach (var (entry, message) in entries.Zip(events))
            {
                _last = entry.Position;
                if (!types.Contains(message.Type))
                    continue;

                // Once one is lost, all are until there is room: they must come in their order.
                if (_firstLost is not null || _queue.Count >= limits.MaxQueued)
                {
                    _firstLost ??= entry.Position;
                    continue;
                }

                _unacknowledged.Add(entry.Position);
                _queue.Enqueue((entry, message.Content));
            }
        }

        _onAnnounced?.Invoke();
    }

    public Task<IReadOnlyCollection<Delivery>> ReadAsync(int count)
    {
        List<(StreamId Entry, string Content)> read = [];
        lock (_lock)
        {
            while (read.Count < count && _queue.TryDequeue(out var next))
                read.Add(next);

            _readAt = Stopwatch.GetTimestamp();
            if (_queue.Count == 0 && _firstLost is not null)
            {
                _firstLost = null;
                stream.Marker = null;
            }
        }

        return Task.FromResult<IReadOnlyCollection<Delivery>>(
            read.ConvertAll(one => new Delivery(stream.Name, one.Entry, Encoding.UTF8.GetBytes(one.Content))));
    }

    public Task AcknowledgeAsync(IEnumerable<StreamId> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
                _unacknowledged.Remove(entry.Position);
        }

        return Task.CompletedTask;
    }

    public Task<long?> LagAsync()
    {
        lock (_lock)
            return Task.FromResult<long?>(_queue.Count);
    }

    public Task SubscribeAsync(Action onAnnounced)
    {
        _onAnnounced = onAnnounced;
        return Task.CompletedTask;
    }

    public Task LeaveAsync(ICollection<StreamId> held)
    {
        // What is left is unacknowledged, so that the process that carries the stream next sends it again.
        _onAnnounced = null;
        return Task.CompletedTask;
    }

    // The group is made by joining the stream, and its one consumer is gone when the process is.
    public Task CreateAsync() => Task.CompletedTask;

    public Task RefreshAsync(ICollection<StreamId> held) => Task.CompletedTask;

    public Task<(IReadOnlyCollection<Delivery> Claimed, int Lost)> ClaimAsync(int room) =>
        Task.FromResult<(IReadOnlyCollection<Delivery>, int)>(([], 0));
}
