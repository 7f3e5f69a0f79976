using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Payments;

internal enum PaymentStatus
{
    /// <summary>Requested by Orders; the bank has not answered.</summary>
    Requested,
    Captured,
    Declined,

    /// <summary>
    /// The bank was called and its answer is missing: it may have charged. Only asking by key can tell.
    /// </summary>
    Unknown,
    Refunded,

    /// <summary>Nothing was charged and nothing will be.</summary>
    Voided,
}

/// <summary>A call to the bank. The names are stored.</summary>
internal enum BankOperation
{
    Nothing,
    Charge,
    Find,
    Void,
    Refund,
}

/// <summary>All that decisions about a payment depend on; changed by <see cref="PaymentProcess"/> only.</summary>
internal sealed record PaymentState
{
    public required PaymentStatus Status { get; init; }

    /// <summary>
    /// What the bank has to do next; during a call, what its successor has to ask for if the worker dies.
    /// </summary>
    public required BankOperation NextOperation { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public long Captured { get; init; }
    public long Refunded { get; init; }

    /// <summary>To be refunded and not confirmed by the bank: Refunded + Owed never exceed Captured.</summary>
    public long Owed { get; init; }

    /// <summary>Orders wants nothing charged, or the money refunded.</summary>
    public bool Cancelled { get; init; }

    /// <summary>How often the bank was called to charge.</summary>
    public int Attempts { get; init; }

    /// <summary>Calls in a row without a clear answer.</summary>
    public int Unanswered { get; init; }
    public string? DeclineReason { get; init; }

    public Money Of(long amount) => new(amount, Currency);
}

/// <summary>
/// The one payment of an order. Its id is the key by which the bank recognises a repeated call, so it never changes and
/// an order can't be charged twice.
/// </summary>
internal sealed class Payment : LeasedRow
{
    public Guid OrderId { get; private init; }
    public Guid CustomerId { get; private init; }

    /// <summary>Kept only as long as it can still be charged.</summary>
    public string? Token { get; private set; }
    public PaymentState State { get; private set; } = null!;

    /// <summary>The trace in which the order was placed; every call to the bank continues it.</summary>
    public string? TraceParent { get; private init; }

    public static Payment Open(
        Guid orderId, Guid customerId, string? token, PaymentTransition first, DateTimeOffset now, string? traceParent)
    {
        var payment = new Payment
        {
            Id = Guid.CreateVersion7(),
            OrderId = orderId,
            CustomerId = customerId,
            Token = token,
            TraceParent = traceParent,
        };
        payment.Apply(first, now);
        return payment;
    }

    /// <summary>Carries out a decision. Its events are to be published in the same transaction.</summary>
    public void Apply(PaymentTransition transition, DateTimeOffset now)
    {
        State = transition.State;
        if (State.NextOperation == BankOperation.Nothing)
            DueAt = null;
        else if (transition.DueIn is { } delay)
            DueAt = now + delay;

        if (State.Status is not (PaymentStatus.Requested or PaymentStatus.Unknown))
            Token = null;
    }
}
