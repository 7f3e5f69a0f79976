namespace Shop.Messaging;

/// <summary>A stream entry that this process holds, from reading to acknowledgement.</summary>
internal sealed class Delivery(string stream, StreamId entry, byte[]? content)
{
    public StreamId Entry { get; } = entry;

    public byte[] Content { get; } = content ?? [];

    public Envelope? Envelope { get; init; }

    public Guid MessageId => Envelope?.Id ?? MessageIds.Of(stream, Entry);

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

    public static Delivery Of(string stream, StreamId entry, byte[]? content) =>
        Envelope.TryRead(content, out var envelope, out var flaw)
            ? new(stream, entry, content) { Envelope = envelope }
            : new(stream, entry, content) { GivenUp = flaw };
}
