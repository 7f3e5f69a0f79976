using System.Diagnostics;
using Shop.Data;
using Shop.Messaging;
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

/// <summary>
/// Load under lock, decide, apply, publish: all in the caller's transaction, so all of it or nothing. The bank is
/// called by <see cref="PaymentWorker"/> after the commit, so that no charge or refund can exist without its row.
/// </summary>
internal static class PaymentProcessHandlers
{
    /// <summary>Orders requests the money of an order.</summary>
    public static Task On(
        PaymentRequested request, PaymentsDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, request.PaymentToken, request, cancel);

    /// <summary>Orders wants nothing charged, or the money refunded.</summary>
    public static Task On(
        PaymentCancellationRequested request, PaymentsDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, token: null, request, cancel);

    /// <summary>Decides about a payment that is locked and carries it out; the caller saves and commits.</summary>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="payment">Locked.</param>
    /// <param name="input">What happened.</param>
    /// <param name="now">By the database's clock.</param>
    /// <param name="confirmed">The refund that the bank answered about, if the input is such an answer.</param>
    /// <returns>The refund that the bank has to be asked for, when there is a new one.</returns>
    public static Refund? Advance(
        PaymentsDb db, Payment payment, PaymentInput input, DateTimeOffset now, Refund? confirmed = null)
    {
        var before = payment.State;
        var transition = PaymentProcess.Decide(payment.OrderId, before, input);
        payment.Apply(transition, now);
        if (transition.Booking is { } booking)
        {
            var key = confirmed?.Id ?? payment.Id;
            db.Ledger.Add(LedgerTransaction.Of(booking, payment.Id, key, transition.Booked(before)));
            confirmed?.Confirm(now);
        }

        db.PublishAll(transition.Events);
        return transition.NewRefund > 0
            ? db.Refunds.Add(Refund.Of(payment, transition.NewRefund, now)).Entity
            : null;
    }

    private static async Task HandleAsync(
        PaymentsDb db, Guid orderId, Guid customerId, string? token, PaymentInput input, CancellationToken cancel)
    {
        var (payment, now) = await db.Locks.LockAsync(orderId, cancel);
        if (payment is not null)
        {
            Advance(db, payment, input, now);
            return;
        }

        var first = PaymentProcess.Decide(orderId, state: null, input);
        db.Payments.Add(Payment.Open(orderId, customerId, token, first, now, Activity.Current?.Id));
        db.PublishAll(first.Events);
    }
}
