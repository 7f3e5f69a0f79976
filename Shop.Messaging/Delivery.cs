namespace Shop.Messaging;

/// <summary>A stream entry in the hands of this process, from reading until Redis has taken the acknowledgement.</summary>
internal sealed class Delivery(string stream, StreamId entry, byte[]? content)
{
    public StreamId Entry { get; } = entry;

    public byte[] Content { get; } = content ?? [];

    public Envelope? Envelope { get; init; }

    public Guid MessageId => Envelope?.Id ?? MessageIds.Of(stream, Entry);

    /// <summary>Messages of one lane are handled one after another; a malformed one has a lane of its own.</summary>
    public string Lane => Envelope?.Subject ?? Entry.ToString();

    /// <summary>Why it goes to the dead letters; null as long as it may still be handled.</summary>
    public string? GivenUp { get; set; }

    /// <summary>Whether it has a transaction of its own, because one that it shared with others failed.</summary>
    public bool IsAlone { get; set; }

    /// <summary>How often the handler failed by its own fault.</summary>
    public int Attempts { get; set; }

    /// <summary>How often it lost against a concurrent change.</summary>
    public int Conflicts { get; set; }

    /// <summary>How often the infrastructure seemed to be away although other messages went through.</summary>
    public int Suspicions { get; set; }

    /// <summary>How often the infrastructure failed it in a row.</summary>
    public int Interruptions { get; set; }

    /// <summary>What <see cref="Outage.Successes"/> was at the last interruption.</summary>
    public long SuccessesSeen { get; set; }

    public static Delivery Of(string stream, StreamId entry, byte[]? content) =>
        Envelope.TryRead(content, out var envelope, out var flaw)
            ? new(stream, entry, content) { Envelope = envelope }
            : new(stream, entry, content) { GivenUp = flaw };
}
