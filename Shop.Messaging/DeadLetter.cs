using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Messaging;

/// <summary>A message that could not be handled, kept until an operator replays or discards it.</summary>
internal sealed class DeadLetter
{
    private const int MaxContent = 1024 * 1024;
    private const int MaxCause = 4000;

    public required Guid Id { get; init; }

    /// <summary>The id of the message; made from stream and entry when the message itself has none.</summary>
    public required Guid MessageId { get; init; }

    public required string Stream { get; init; }

    public required string EntryId { get; init; }

    /// <summary>Like the subject null when the envelope could not be read.</summary>
    public string? Type { get; init; }

    public string? Subject { get; init; }

    /// <summary>The message, as far as PostgreSQL can store it as text; of an oversized one the beginning.</summary>
    public required string Content { get; init; }

    /// <summary>Why it could not be handled.</summary>
    public required string Cause { get; set; }

    /// <summary>How often the handler failed; 0 when the message was malformed.</summary>
    public required int Attempts { get; set; }

    public required DateTimeOffset At { get; init; }

    public static DeadLetter Of(Delivery delivery, string stream, DateTimeOffset now) => new()
    {
        Id = MessageIds.Next(now),
        MessageId = delivery.MessageId,
        Stream = stream,
        EntryId = delivery.Entry.ToString(),
        Type = Storable(delivery.Envelope?.Type),
        Subject = Storable(delivery.Envelope?.Subject),
        Content = Storable(Encoding.UTF8.GetString(delivery.Content, 0, Math.Min(delivery.Content.Length, MaxContent))),
        Cause = Shortened(delivery.GivenUp ?? ""),
        Attempts = delivery.Attempts,
        At = now,
    };

    public static string Shortened(string cause) => Storable(cause.Length <= MaxCause ? cause : cause[..MaxCause]);

    public static void Map(EntityTypeBuilder<DeadLetter> letters)
    {
        letters.ToTable("dead_letters");
        letters.Property(letter => letter.Id).ValueGeneratedNever();
    }

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private static string? Storable(string? text) => text?.Replace('\0', '\uFFFD');
}
