using System.Diagnostics;
using System.Text;

namespace Shop.Messaging;

/// <summary>
/// What one module has still to handle of a <see cref="LocalStream"/>. While it reads, the publisher waits until there
/// is room. When it does not, as when its database is away, it must neither hold up the others nor fill the memory:
/// what has no room is lost here, and sent again from the database when it reads again.
/// </summary>
internal sealed class LocalGroup(LocalStream stream, HashSet<string> types, LocalLimits limits) : IStreamGroup
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
            read.ConvertAll(one => Delivery.Of(stream.Name, one.Entry, Encoding.UTF8.GetBytes(one.Content))));
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

    public Task LeaveAsync(ICollection<StreamId> held, TimeSpan minIdle)
    {
        // What is left is unacknowledged, so that the process that carries the stream next sends it again.
        _onAnnounced = null;
        return Task.CompletedTask;
    }

    // The group is made by joining the stream, and its one consumer is gone when the process is.
    public Task CreateAsync() => Task.CompletedTask;

    public Task RefreshAsync(ICollection<StreamId> held) => Task.CompletedTask;

    public Task<(IReadOnlyCollection<Delivery> Claimed, int Lost)> ClaimAsync(TimeSpan minIdle, int room) =>
        Task.FromResult<(IReadOnlyCollection<Delivery>, int)>(([], 0));
}
