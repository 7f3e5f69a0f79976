using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Messaging;

/// <summary>
/// An event that Redis has taken. It is kept until every subscriber has recorded it, because until then Redis may lose
/// it, and for some time longer, for subscribers that come later. See <see cref="LossDetection{TDb}"/>.
/// </summary>
internal sealed class SentMessage : StoredEvent
{
    /// <summary>The <see cref="StreamState.Epoch"/> in which it was sent.</summary>
    public required int Epoch { get; init; }

    /// <summary>The position in the stream of the last event of the batch that it was sent in.</summary>
    public required long Entry { get; init; }

    public static void Map(EntityTypeBuilder<SentMessage> sent)
    {
        sent.ToTable("outbox_sent");
        sent.Property(message => message.Id).ValueGeneratedNever();
        sent.HasIndex(message => new { message.Epoch, message.Entry });
    }
}

/// <summary>
/// One row: what we know of our stream in Redis. A new epoch begins when some of the stream may be lost; what was not
/// recorded by then is sent again.
/// </summary>
internal sealed class StreamState
{
    public required int Epoch { get; init; }

    /// <summary>The value of a key in Redis that goes when the stream goes.</summary>
    public required Guid Marker { get; init; }

    /// <summary>The run of the Redis process: a restart may have lost what came last.</summary>
    public required string Server { get; init; }

    /// <summary>Every subscriber has recorded what was sent in this epoch up to this position of the stream.</summary>
    public required long Recorded { get; init; }

    public static void Map(EntityTypeBuilder<StreamState> state)
    {
        state.ToTable("outbox_stream");
        state.HasKey(s => s.Epoch);
        state.Property(s => s.Epoch).ValueGeneratedNever();
        // No marker in Redis equals this one, so the first look begins epoch 1.
        state.HasData(new StreamState { Epoch = 0, Marker = Guid.Empty, Server = "", Recorded = 0 });
    }
}

/// <summary>A consumer group of our stream. Remembered here, because Redis may forget that it exists.</summary>
internal sealed class Subscriber
{
    public required string Name { get; init; }

    /// <summary>When the group was last seen in Redis; one that is not seen for long has left.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    public static void Map(EntityTypeBuilder<Subscriber> subscriber)
    {
        subscriber.ToTable("outbox_subscribers");
        subscriber.HasKey(s => s.Name);
    }
}
