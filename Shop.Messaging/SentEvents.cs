using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Messaging;

/// <summary>
/// An event that Redis has taken. It is kept until every subscriber has recorded it, because until then Redis may lose
/// it, and for some time longer, for subscribers that come later. See <see cref="LossDetection{TDb}"/>.
/// </summary>
public sealed class SentMessage
{
    /// <summary>The message id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The CloudEvents type.</summary>
    public required string Type { get; init; }

    /// <summary>What the event is about.</summary>
    public required Guid Subject { get; init; }

    /// <summary>The whole event as it goes on the wire.</summary>
    public required string Content { get; init; }

    /// <summary>The W3C trace context of whoever caused it, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The life of the stream in which it was sent: <see cref="StreamLife.Epoch"/>.</summary>
    public required int Epoch { get; init; }

    /// <summary>The place in the stream (<see cref="StreamId.Position"/>) of it or of one that was sent together with it and after it.</summary>
    public required long Entry { get; init; }

    internal static void Map(EntityTypeBuilder<SentMessage> sent)
    {
        sent.ToTable("outbox_sent");
        sent.Property(message => message.Id).ValueGeneratedNever();
        sent.HasIndex(message => new { message.Epoch, message.Entry });
    }
}

/// <summary>
/// One row: what we know of our stream in Redis. A new life begins whenever some of the one before may be lost; what was
/// not recorded by then is sent again.
/// </summary>
public sealed class StreamLife
{
    /// <summary>Counts the lives.</summary>
    public required int Epoch { get; init; }

    /// <summary>The value of a key in Redis that goes when the stream goes.</summary>
    public required Guid Marker { get; init; }

    /// <summary>Names the run of the Redis process: a restart may have lost what came last.</summary>
    public required string Server { get; init; }

    /// <summary>What was sent in this life up to this place in the stream, every subscriber has recorded.</summary>
    public required long Recorded { get; init; }

    internal static void Map(EntityTypeBuilder<StreamLife> life)
    {
        life.ToTable("outbox_stream");
        life.HasKey(l => l.Epoch);
        life.Property(l => l.Epoch).ValueGeneratedNever();
        // The life before the first: no marker is like its own.
        life.HasData(new StreamLife { Epoch = 0, Marker = Guid.Empty, Server = "", Recorded = 0 });
    }
}

/// <summary>A consumer group of our stream. Remembered here, because Redis may forget that somebody is still to read.</summary>
public sealed class Subscriber
{
    /// <summary>The group.</summary>
    public required string Name { get; init; }

    /// <summary>When the group was last seen in Redis; one that is not seen for long has left.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    internal static void Map(EntityTypeBuilder<Subscriber> subscriber)
    {
        subscriber.ToTable("outbox_subscribers");
        subscriber.HasKey(s => s.Name);
    }
}
