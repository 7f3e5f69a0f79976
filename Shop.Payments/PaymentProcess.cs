using System.Diagnostics;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>
/// What a payment can be told: a request of Orders (<c>Events.cs</c>), a step of the worker, or an answer of the bank.
/// A test gives every kind of input to <see cref="PaymentProcess.Decide"/>.
/// </summary>
internal abstract record PaymentInput;

/// <summary>A worker leased the payment and is about to call the bank.</summary>
internal sealed record LeaseAcquired : PaymentInput;

/// <summary>An operator refunds a part of the charge, or all of it.</summary>
internal sealed record RefundRequested(long Amount) : PaymentInput;

/// <summary>The call had no effect: it was held back because the bank is away, or the bank turned it away.</summary>
/// <param name="Operation">What would have been called.</param>
/// <param name="RetryAfter">When the bank wants to be called again, if it said so.</param>
internal sealed record NotSent(BankOperation Operation, TimeSpan? RetryAfter = null) : PaymentInput;

/// <summary>What the bank said, or that it said nothing. All but the unknown outcome are facts, however late.</summary>
internal abstract record BankAnswer : PaymentInput;

internal sealed record Charged : BankAnswer;

internal sealed record Declined(string Reason) : BankAnswer;

/// <summary>The bank knows the charge and has not decided yet.</summary>
internal sealed record Pending : BankAnswer;

/// <summary>The bank does not know the key: nothing was charged so far.</summary>
internal sealed record NoSuchCharge : BankAnswer;

/// <summary>The bank did not charge this key and never will.</summary>
internal sealed record Voided : BankAnswer;

/// <summary>The bank refunded an amount; null: all that was to be refunded.</summary>
internal sealed record Refunded(long? Amount = null) : BankAnswer;

/// <summary>A time-out or an error. The call may have had its effect.</summary>
internal sealed record UnknownOutcome : BankAnswer;

internal enum Booking
{
    Capture,
    Refund,
}

/// <summary>What follows from an input.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Events">What is published, in this order.</param>
/// <param name="DueIn">When <see cref="PaymentState.NextOperation"/> is due; null leaves the time as it is.</param>
/// <param name="Booking">What goes into the ledger.</param>
/// <param name="NewRefund">An amount that the bank is to refund from now on, under a key of its own.</param>
internal sealed record PaymentTransition(
    PaymentState State, IReadOnlyList<IPublishedEvent> Events, TimeSpan? DueIn = null, Booking? Booking = null,
    long NewRefund = 0)
{
    /// <summary>How much the booking is about.</summary>
    public Money Booked(PaymentState before) => State.Of(
        Booking is Payments.Booking.Capture ? State.Captured - before.Captured : State.Refunded - before.Refunded);
}

/// <summary>
/// Every decision about a payment, without side effects. The invariants: at most one charge, under one key; no charge
/// is sent or kept of a payment that was cancelled; never more is refunded than was charged; an unknown outcome never
/// counts as "not charged"; a repeated request is answered again. One word for money back: a void prevents a charge, a
/// refund undoes one.
/// </summary>
internal static class PaymentProcess
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);

    /// <summary>Short against the ten minutes that an order waits for its payment.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>A bank that is working on a charge will soon know, and the customer waits.</summary>
    private static readonly TimeSpan LongestPauseWhilePending = TimeSpan.FromSeconds(2);

    /// <param name="orderId">Whose payment it is; the events name it.</param>
    /// <param name="state">Null when there is no payment of this order yet.</param>
    /// <param name="input">What happened.</param>
    public static PaymentTransition Decide(Guid orderId, PaymentState? state, PaymentInput input) =>
        (input, state) switch
        {
            (PaymentRequested request, null) => CallNow(
                Open(request.Amount, PaymentStatus.Requested, BankOperation.Charge)),
            // The cancellation overtook the request: a tombstone, so that the request finds its answer.
            (PaymentCancellationRequested request, null) => Settled(
                orderId, Open(request.Amount, PaymentStatus.Voided, BankOperation.Nothing) with { Cancelled = true }),
            (_, null) => throw new InvalidOperationException($"Order {orderId} has no payment yet."),

            (PaymentRequested, _) => HasOutcome(state) ? Settled(orderId, state) : Unchanged(state),
            (PaymentCancellationRequested, _) => Cancel(orderId, state),
            (RefundRequested { Amount: var amount }, _) => amount > 0 && amount <= Refundable(state)
                ? Refund(state, amount)
                : throw new InvalidOperationException($"{amount} can't be refunded, only {Refundable(state)} can."),
            (LeaseAcquired, _) => new(BeforeCall(state), []),
            (NotSent notSent, _) => CallLater(state, notSent),

            (BankAnswer answer, _) when IsOpen(state) => Resolve(orderId, state, answer),
            // Against the bank's own word; but if it has the money after all, the money goes back.
            (Charged, { Status: PaymentStatus.Voided or PaymentStatus.Declined }) =>
                Capture(orderId, state with { Cancelled = true }),
            (Refunded refunded, { Status: PaymentStatus.Captured, Owed: > 0 }) =>
                ConfirmRefund(orderId, state, refunded.Amount ?? state.Owed),
            (UnknownOutcome, { Status: PaymentStatus.Captured, NextOperation: BankOperation.Refund }) =>
                Retry(state with { Unanswered = state.Unanswered + 1 }),
            // A repeated answer.
            (BankAnswer, _) => Unchanged(state),
            _ => throw new UnreachableException($"{input.GetType().Name} is missing here."),
        };

    /// <summary>How much an operator may still refund.</summary>
    public static long Refundable(PaymentState state) =>
        state is { Status: PaymentStatus.Captured, Cancelled: false }
            ? state.Captured - state.Refunded - state.Owed
            : 0;

    private static PaymentState Open(Money amount, PaymentStatus status, BankOperation next) =>
        new() { Status = status, NextOperation = next, Amount = amount.Amount, Currency = amount.Currency };

    private static bool IsOpen(PaymentState state) => state.Status is PaymentStatus.Requested or PaymentStatus.Unknown;

    /// <summary>Whether the outcome will not change any more unless Orders asks for it.</summary>
    private static bool IsSettled(PaymentState state) => state.NextOperation == BankOperation.Nothing;

    // A partial refund that is still under way changes nothing about the charge.
    private static bool HasOutcome(PaymentState state) =>
        IsSettled(state) || state is { Status: PaymentStatus.Captured, Cancelled: false };

    private static PaymentTransition Cancel(Guid orderId, PaymentState state) => state.Status switch
    {
        // Never sent, so there is nothing to ask the bank about.
        PaymentStatus.Requested when state is { Attempts: 0, NextOperation: BankOperation.Charge } =>
            Void(orderId, state with { Cancelled = true }),
        _ when IsSettled(state) && state.Status != PaymentStatus.Captured => Settled(orderId, state),
        _ when state.Cancelled => Unchanged(state),
        PaymentStatus.Captured => Refund(state with { Cancelled = true }, Refundable(state)),
        _ => CallNow(state with { Cancelled = true, NextOperation = BankOperation.Void }),
    };

    // If the worker dies during the call, nobody knows whether the bank got the charge.
    private static PaymentState BeforeCall(PaymentState state) => state.NextOperation == BankOperation.Charge
        ? state with { NextOperation = BankOperation.Find, Attempts = state.Attempts + 1 }
        : state;

    private static PaymentTransition CallLater(PaymentState state, NotSent notSent)
    {
        var waiting = notSent.Operation == BankOperation.Charge && IsOpen(state)
            ? state with
            {
                NextOperation = state.NextOperation == BankOperation.Find ? BankOperation.Charge : state.NextOperation,
                Attempts = state.Attempts - 1,
            }
            : state;
        return IsSettled(waiting) ? Unchanged(state)
            : notSent.RetryAfter is { } pause ? new(waiting, [], pause)
            : Retry(waiting);
    }

    private static PaymentTransition Resolve(Guid orderId, PaymentState state, BankAnswer answer) => answer switch
    {
        Charged => Capture(orderId, state),
        Declined declined => Settled(orderId, state with
        {
            Status = PaymentStatus.Declined,
            NextOperation = BankOperation.Nothing,
            DeclineReason = declined.Reason,
            Unanswered = 0,
        }),
        Voided => Void(orderId, state),
        // The same key again, so it does no harm if the bank finds the first charge only later.
        NoSuchCharge => CallNow(state with
        {
            Status = PaymentStatus.Unknown,
            NextOperation = state.Cancelled ? BankOperation.Void : BankOperation.Charge,
        }),
        Pending => Retry(WithUnknownOutcome(state), LongestPauseWhilePending),
        UnknownOutcome => Retry(WithUnknownOutcome(state)),
        // The answer to a refund, which was not requested.
        Refunded => Unchanged(state),
        _ => throw new UnreachableException($"{answer.GetType().Name} is missing here."),
    };

    private static PaymentState WithUnknownOutcome(PaymentState state) => state with
    {
        Status = PaymentStatus.Unknown,
        NextOperation = state.Cancelled ? BankOperation.Void : BankOperation.Find,
        Unanswered = state.Unanswered + 1,
    };

    private static PaymentTransition Capture(Guid orderId, PaymentState state)
    {
        var captured = state with
        {
            Status = PaymentStatus.Captured,
            Captured = state.Amount,
            NextOperation = BankOperation.Nothing,
            Unanswered = 0,
        };
        var transition = captured.Cancelled ? Refund(captured, captured.Captured) : Settled(orderId, captured);
        return transition with { Booking = Booking.Capture };
    }

    private static PaymentTransition Void(Guid orderId, PaymentState state) => Settled(
        orderId, state with { Status = PaymentStatus.Voided, NextOperation = BankOperation.Nothing, Unanswered = 0 });

    private static PaymentTransition Refund(PaymentState state, long amount)
    {
        var owing = state with { NextOperation = BankOperation.Refund, Owed = state.Owed + amount };
        return CallNow(owing) with { NewRefund = amount };
    }

    private static PaymentTransition ConfirmRefund(Guid orderId, PaymentState state, long amount)
    {
        var (refunded, owed) = (state.Refunded + amount, state.Owed - amount);
        if (amount <= 0 || owed < 0)
            throw new InvalidOperationException($"The bank refunded {amount} where {state.Owed} were requested.");

        var after = state with { Refunded = refunded, Owed = owed, Unanswered = 0 };
        if (owed > 0)
            return CallNow(after) with { Booking = Booking.Refund };

        // For Orders "refunded" means that all of it is back; a part concerns only customer and operator.
        after = after with { NextOperation = BankOperation.Nothing };
        return refunded < state.Captured
            ? new(after, [], Booking: Booking.Refund)
            : Settled(orderId, after with { Status = PaymentStatus.Refunded }) with { Booking = Booking.Refund };
    }

    private static PaymentTransition Unchanged(PaymentState state) => new(state, []);

    /// <summary>Tells Orders the outcome that the payment has.</summary>
    private static PaymentTransition Settled(Guid orderId, PaymentState state) => new(state, [state.Status switch
    {
        PaymentStatus.Captured => new PaymentCaptured(orderId, state.Of(state.Captured)),
        PaymentStatus.Declined => new PaymentDeclined(orderId, state.DeclineReason!),
        PaymentStatus.Voided => new PaymentVoided(orderId),
        PaymentStatus.Refunded => new PaymentRefunded(orderId, state.Of(state.Refunded)),
        PaymentStatus.Requested or PaymentStatus.Unknown => throw new InvalidOperationException(
            $"A payment that is {state.Status} has no outcome."),
    }]);

    private static PaymentTransition CallNow(PaymentState state) => new(state, [], TimeSpan.Zero);

    /// <summary>Each pause is twice as long as the one before.</summary>
    private static PaymentTransition Retry(PaymentState state, TimeSpan? longest = null) =>
        new(state, [], Backoff.Exponential(FirstPause, state.Unanswered - 1, longest ?? LongestPause));
}
