using Shop.ServiceDefaults;

namespace Shop.Payments;

internal enum PaymentStatus
{
    /// <summary>Asked for by Orders; the bank has not answered.</summary>
    Requested,
    Captured,
    Declined,

    /// <summary>The bank was asked and its answer is missing: it may have charged. Only asking by key can tell.</summary>
    Unknown,
    Refunded,

    /// <summary>Nothing was charged and nothing will be.</summary>
    Voided,
}

/// <summary>What the bank has to be asked next.</summary>
internal enum BankAsk
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

    /// <summary>Also what a successor must ask if the worker that has the payment in hand dies.</summary>
    public required BankAsk Ask { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public long Captured { get; init; }
    public long Refunded { get; init; }

    /// <summary>What is to go back to the customer and has not: Refunded + Owed never exceed Captured.</summary>
    public long Owed { get; init; }

    /// <summary>Orders wants the money to stay with, or go back to, the customer.</summary>
    public bool Cancelled { get; init; }

    /// <summary>How often the bank was asked to charge.</summary>
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
internal sealed class Payment
{
    public Guid Id { get; private init; }
    public Guid OrderId { get; private init; }
    public Guid CustomerId { get; private init; }

    /// <summary>Kept only as long as it can still be charged.</summary>
    public string? Token { get; private set; }
    public PaymentState State { get; private set; } = null!;

    /// <summary>When the bank is to be asked, by the database's clock; null when there is nothing to ask.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>Until then a worker has the payment in hand; after that the worker is taken for dead.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    /// <summary>The trace of the order's click, continued by every call to the bank.</summary>
    public string? TraceParent { get; private init; }

    public static Payment Open(Guid orderId, Guid customerId, string? token, Step step, DateTimeOffset now, string? traceParent)
    {
        var payment = new Payment
        {
            Id = Guid.CreateVersion7(),
            OrderId = orderId,
            CustomerId = customerId,
            Token = token,
            TraceParent = traceParent,
        };
        payment.Take(step, now);
        return payment;
    }

    public void Take(Step step, DateTimeOffset now)
    {
        State = step.State;
        if (State.Ask == BankAsk.Nothing)
            DueAt = null;
        else if (step.AskIn is { } delay)
            DueAt = now + delay;

        if (State.Status is not (PaymentStatus.Requested or PaymentStatus.Unknown))
            Token = null;
    }

    public void Lease(DateTimeOffset until) => LeasedUntil = until;

    public void Release() => LeasedUntil = null;
}
