namespace Shop.Payments;

internal enum RefundStatus
{
    /// <summary>The bank has not confirmed it.</summary>
    Requested,
    Refunded,
}

/// <summary>
/// A refund of a part of a charge, or of all of it. Its id is the key by which the bank recognises a repeated call, so
/// it never changes and is paid once.
/// </summary>
internal sealed class Refund
{
    public Guid Id { get; private init; }
    public Guid PaymentId { get; private init; }
    public long Amount { get; private init; }
    public required string Currency { get; init; }

    /// <summary>
    /// The operator's words; null when it follows from the order's cancellation, or when the customer's account is
    /// gone.
    /// </summary>
    public string? Reason { get; private set; }

    /// <summary>The operator; null when it follows from the order's cancellation.</summary>
    public Guid? AskedBy { get; private set; }
    public DateTimeOffset AskedAt { get; private init; }
    public DateTimeOffset? DoneAt { get; private set; }

    public RefundStatus Status => DoneAt is null ? RefundStatus.Requested : RefundStatus.Refunded;

    public static Refund Of(Payment payment, long amount, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        PaymentId = payment.Id,
        Amount = amount,
        Currency = payment.State.Currency,
        AskedAt = now,
    };

    /// <summary>Notes the operator who requested it. Without this it follows from the order's cancellation.</summary>
    public void RequestedBy(Guid operatorId, string reason) => (AskedBy, Reason) = (operatorId, reason);

    public void Confirm(DateTimeOffset now) => DoneAt = now;
}
