using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Shop.Messaging;

/// <summary>
/// The deliveries that this process holds, in one queue per subject. Those of one subject are handled one at a time in
/// stream order, different subjects in parallel; while one waits for a retry, only its own subject waits.
/// </summary>
internal sealed class KeyedQueue(TimeProvider clock)
{
    private readonly Lock _lock = new();

    // A queue that is here is ready, in the hands of a worker, or waiting for a retry; its first is next or under way.
    private readonly Dictionary<string, List<Delivery>> _queues = [];
    private readonly Channel<List<Delivery>> _ready = Channel.CreateUnbounded<List<Delivery>>();

    /// <summary>By entry, all that are read and not acknowledged yet.</summary>
    public ConcurrentDictionary<StreamId, Delivery> Held { get; } = [];

    /// <summary>Whether an entry is held already, as can be that Redis gives us once more.</summary>
    public bool Holds(Delivery delivery) =>
        Held.TryGetValue(delivery.Entry, out var held) && held.MessageId == delivery.MessageId;

    public void Add(Delivery delivery)
    {
        Held[delivery.Entry] = delivery;
        lock (_lock)
        {
            if (_queues.TryGetValue(delivery.Key, out var queue))
            {
                // An entry that is taken over from another consumer may be older than what waits.
                queue.Insert(queue.FindLastIndex(other => other.Entry.CompareTo(delivery.Entry) <= 0) + 1, delivery);
                return;
            }

            _queues[delivery.Key] = queue = [delivery];
            _ready.Writer.TryWrite(queue);
        }
    }

    /// <summary>
    /// The next deliveries to handle, at most one of each subject, and an isolated one by itself; none after
    /// <see cref="Close"/>.
    /// </summary>
    public async ValueTask<Delivery[]> TakeAsync(int max)
    {
        while (await _ready.Reader.WaitToReadAsync())
        {
            List<Delivery> taken = [];
            lock (_lock)
            {
                while (taken.Count < max
                    && _ready.Reader.TryPeek(out var queue)
                    && (taken.Count == 0 || !(queue[0].Isolated || taken[0].Isolated)))
                {
                    _ready.Reader.TryRead(out _);
                    taken.Add(queue[0]);
                }
            }

            if (taken.Count > 0)
                return [.. taken];
        }

        return [];
    }

    /// <summary>The next of the subject may be handled. The delivery stays held until it is acknowledged.</summary>
    public void Settle(Delivery delivery)
    {
        lock (_lock)
        {
            var queue = _queues[delivery.Key];
            queue.Remove(delivery);
            if (queue.Count == 0)
                _queues.Remove(delivery.Key);
            else
                _ready.Writer.TryWrite(queue);
        }
    }

    /// <summary>The subject is handled again after a pause; the worker doesn't wait.</summary>
    public async Task RetryAsync(Delivery delivery, TimeSpan pause)
    {
        await Task.Delay(pause, clock);
        lock (_lock)
            _ready.Writer.TryWrite(_queues[delivery.Key]);
    }

    /// <summary>Hands out no more; what was not handed out stays pending in Redis for another consumer.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _ready.Writer.TryComplete();
            while (_ready.Reader.TryRead(out _))
            {
                // Discarded.
            }
        }
    }
}

/// <summary>A stream entry that this process holds, from reading to acknowledgement.</summary>
internal sealed class Delivery
{
    private readonly string _stream;

    public Delivery(string stream, StreamId entry, byte[]? content)
    {
        (_stream, Entry, Content) = (stream, entry, content ?? []);
        (Envelope, GivenUp) = Envelope.Read(content);
    }

    public StreamId Entry { get; }

    public byte[] Content { get; }

    /// <summary>Null when it is malformed.</summary>
    public Envelope? Envelope { get; }

    public Guid MessageId => Envelope?.Id ?? MessageIds.Of(_stream, Entry);

    /// <summary>Deliveries of one key are handled one after another; a malformed one has a key of its own.</summary>
    public string Key => Envelope?.Subject ?? Entry.ToString();

    /// <summary>What it tells of; null when that is malformed.</summary>
    public Guid? Subject => Guid.TryParse(Envelope?.Subject, out var subject) ? subject : null;

    /// <summary>Why it becomes a dead letter; null as long as it may still be handled.</summary>
    public string? GivenUp { get; set; }

    /// <summary>Whether it has a transaction of its own, because one that it shared with others failed.</summary>
    public bool Isolated { get; set; }

    /// <summary>How often the handler failed by its own fault.</summary>
    public int Attempts { get; set; }

    /// <summary>How often it lost against a concurrent change.</summary>
    public int Conflicts { get; set; }

    /// <summary>How often the failure looked like an outage of the infrastructure.</summary>
    public int TransientFailures { get; set; }

    /// <summary>How many of these came while others succeeded, so that an outage does not explain them.</summary>
    public int UnexplainedFailures { get; set; }

    /// <summary><see cref="AvailabilityMonitor.Successes"/> at the last transient failure.</summary>
    public long SuccessesSeen { get; set; }
}
