using System.Threading.Channels;

namespace Shop.Messaging;

/// <summary>
/// The deliveries that this process holds, in one lane per subject: of a lane one is handled at a time, in stream order;
/// different lanes are handled in parallel. One that waits for a retry keeps its own lane waiting and no other.
/// </summary>
internal sealed class SubjectLanes(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = [];
    private readonly Dictionary<StreamId, Delivery> _held = [];
    private readonly Channel<Lane> _ready = Channel.CreateUnbounded<Lane>();

    public int Held
    {
        get
        {
            lock (_lock)
                return _held.Count;
        }
    }

    public bool IsHeld(StreamId entry)
    {
        lock (_lock)
            return _held.ContainsKey(entry);
    }

    public StreamId[] HeldEntries()
    {
        lock (_lock)
            return [.. _held.Keys];
    }

    public void Add(Delivery delivery)
    {
        lock (_lock)
        {
            _held[delivery.Entry] = delivery;
            if (!_lanes.TryGetValue(delivery.Lane, out var lane))
                _lanes[delivery.Lane] = lane = new();

            lane.Insert(delivery);
            if (!lane.IsBusy)
                Ready(lane);
        }
    }

    /// <summary>
    /// The next deliveries to handle, at most one of each lane; none when no more are handed out. One that must be alone is.
    /// </summary>
    public async ValueTask<Delivery[]> TakeAsync(int most)
    {
        while (await _ready.Reader.WaitToReadAsync())
        {
            List<Delivery> taken = [];
            lock (_lock)
            {
                while (taken.Count < most && _ready.Reader.TryPeek(out var lane) && (taken.Count == 0 || !lane.First.IsAlone))
                {
                    _ready.Reader.TryRead(out _);
                    taken.Add(lane.Take());
                    if (taken[^1].IsAlone)
                        break;
                }
            }

            if (taken.Count > 0)
                return [.. taken];
        }

        return [];
    }

    /// <summary>The delivery is settled: the next of its lane may be handled. It stays held until <see cref="Release"/>.</summary>
    public void Settle(Delivery delivery)
    {
        lock (_lock)
        {
            var lane = _lanes[delivery.Lane];
            lane.IsBusy = false;
            if (lane.IsEmpty)
                _lanes.Remove(delivery.Lane);
            else
                Ready(lane);
        }
    }

    /// <summary>The delivery is handled again after a pause; its lane waits, the worker doesn't.</summary>
    public async Task RetryAsync(Delivery delivery, TimeSpan pause)
    {
        Lane lane;
        lock (_lock)
        {
            lane = _lanes[delivery.Lane];
            lane.Insert(delivery);
        }

        await Task.Delay(pause, clock);
        lock (_lock)
            Ready(lane);
    }

    /// <summary>The delivery has left the group's pending list.</summary>
    public void Release(Delivery delivery)
    {
        lock (_lock)
        {
            if (_held.TryGetValue(delivery.Entry, out var held) && held == delivery)
                _held.Remove(delivery.Entry);
        }
    }

    /// <summary>Hands out no more; those taken may finish, the others stay pending in Redis for someone else.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _ready.Writer.TryComplete();
            while (_ready.Reader.TryRead(out _))
            {
                // Dropped here, still pending there.
            }
        }
    }

    private void Ready(Lane lane)
    {
        lane.IsBusy = true;
        _ready.Writer.TryWrite(lane);
    }

    private sealed class Lane
    {
        private readonly LinkedList<Delivery> _waiting = [];

        /// <summary>Whether the lane is in the queue, in the hands of a worker, or pausing.</summary>
        public bool IsBusy { get; set; }

        public bool IsEmpty => _waiting.Count == 0;

        public Delivery First => _waiting.First!.Value;

        public void Insert(Delivery delivery)
        {
            var before = _waiting.Last;
            while (before is not null && before.Value.Entry.CompareTo(delivery.Entry) > 0)
                before = before.Previous;

            if (before is null)
                _waiting.AddFirst(delivery);
            else
                _waiting.AddAfter(before, delivery);
        }

        public Delivery Take()
        {
            var first = First;
            _waiting.RemoveFirst();
            return first;
        }
    }
}
