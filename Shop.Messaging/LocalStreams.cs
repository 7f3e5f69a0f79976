namespace Shop.Messaging;

/// <summary>
/// The streams of modules that share a process, for the modules beside them. They are in memory, so they lose
/// everything when the process ends; Redis may do that at any time, too, and what is lost is sent again the same way.
/// </summary>
public sealed class LocalStreams
{
    private readonly Dictionary<string, LocalStream> _streams;

    /// <param name="modules">The modules of this process. Those that are elsewhere are reached by Redis.</param>
    public LocalStreams(IEnumerable<string> modules)
        : this(modules, new())
    {
    }

    internal LocalStreams(IEnumerable<string> modules, LocalLimits limits) => _streams =
        modules.ToDictionary(RedisStreams.NameOf, module => new LocalStream(RedisStreams.NameOf(module), limits));

    /// <summary>Null when the module that publishes it is elsewhere.</summary>
    internal LocalStream? Find(string stream) => _streams.GetValueOrDefault(stream);
}

/// <summary>How much a module may have waiting before it, and how long others wait for it.</summary>
internal sealed record LocalLimits
{
    /// <summary>Some ten megabytes, and minutes of a busy shop.</summary>
    public int MaxQueued { get; init; } = 20_000;

    /// <summary>A module that has read nothing for so long is away.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>One stream, with a group for each module beside its publisher that subscribes to it.</summary>
internal sealed class LocalStream(string name, LocalLimits limits)
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
