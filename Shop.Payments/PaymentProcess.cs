using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>Something that happened to a payment.</summary>
internal abstract record Happening;

/// <summary>Orders asked for the money, again.</summary>
internal sealed record AskedAgain : Happening;

/// <summary>Orders wants nothing to be charged, or the money to go back.</summary>
internal sealed record CancellationAsked : Happening;

/// <summary>A worker took the payment in hand and is about to ask the bank.</summary>
internal sealed record Taken : Happening;

/// <summary>An operator gives back a part of the charge, or all of it.</summary>
internal sealed record ReturnAsked(long Amount) : Happening;

/// <summary>The call did nothing: it was held back because the bank is away, or turned away at the bank's door.</summary>
/// <param name="Ask">What would have been asked.</param>
/// <param name="RetryAfter">When the bank wants to be asked again, if it said so.</param>
internal sealed record NotSent(BankAsk Ask, TimeSpan? RetryAfter = null) : Happening;

/// <summary>What the bank said, or its silence. All but silence are facts, however late they arrive.</summary>
internal abstract record BankAnswer : Happening;

internal sealed record Charged : BankAnswer;

internal sealed record Declined(string Reason) : BankAnswer;

/// <summary>The bank knows the charge and is still at it.</summary>
internal sealed record Pending : BankAnswer;

/// <summary>The bank does not know the key: nothing was charged so far.</summary>
internal sealed record NoSuchCharge : BankAnswer;

/// <summary>The bank did not charge this key and never will.</summary>
internal sealed record Voided : BankAnswer;

/// <summary>The bank returned an amount; null: all that was to be returned.</summary>
internal sealed record Refunded(long? Amount = null) : BankAnswer;

/// <summary>No clear answer: a time-out, an error. The call may have had its effect.</summary>
internal sealed record Silence : BankAnswer;

internal enum Booking
{
    Capture,
    Refund,
}

/// <summary>What follows from a happening.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Tell">Whether Orders is told the outcome: the event is the one of the state.</param>
/// <param name="AskIn">When <see cref="PaymentState.Ask"/> is due; null leaves the time as it is.</param>
/// <param name="Booking">What goes into the ledger.</param>
/// <param name="Return">An amount that the bank is to return from now on, under a key of its own.</param>
internal sealed record Step(PaymentState State, bool Tell = false, TimeSpan? AskIn = null, Booking? Booking = null, long Return = 0)
{
    /// <summary>How much the booking is about.</summary>
    public Money Booked(PaymentState before) => State.Of(
        Booking is Payments.Booking.Capture ? State.Captured - before.Captured : State.Refunded - before.Refunded);
}

/// <summary>
/// Every decision about a payment, without side effects. The invariants: one charge at most, under one key; no charge is
/// sent or kept of a payment that was cancelled; never more is returned than was charged; silence never counts as "not
/// charged"; whoever asks again is answered again.
/// </summary>
internal static class PaymentProcess
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPauseWhilePending = TimeSpan.FromSeconds(2);

    public static Step Request(Money amount) => new(
        new() { Status = PaymentStatus.Requested, Ask = BankAsk.Charge, Amount = amount.Amount, Currency = amount.Currency },
        AskIn: TimeSpan.Zero);

    /// <summary>The cancellation overtook the request: a tombstone, at which the request will be turned away.</summary>
    public static Step CancelBeforeRequest(Money amount) => new(
        new() { Status = PaymentStatus.Voided, Ask = BankAsk.Nothing, Amount = amount.Amount, Currency = amount.Currency, Cancelled = true },
        Tell: true);

    public static Step Apply(PaymentState state, Happening happening) => happening switch
    {
        // A part that is still on its way back changes nothing about the charge.
        AskedAgain => new(state, Tell: IsSettled(state) || state is { Status: PaymentStatus.Captured, Cancelled: false }),
        CancellationAsked => Cancel(state),
        ReturnAsked asked when asked.Amount > 0 && asked.Amount <= Returnable(state) => Return(state, asked.Amount),
        ReturnAsked asked => throw new InvalidOperationException($"{asked.Amount} can't be returned, only {Returnable(state)} can."),
        Taken => new(state with
        {
            // If we die now, nobody knows whether the bank got the charge.
            Ask = state.Ask == BankAsk.Charge ? BankAsk.Find : state.Ask,
            Attempts = state.Attempts + (state.Ask == BankAsk.Charge ? 1 : 0),
        }),
        NotSent { Ask: BankAsk.Charge } held when IsOpen(state) => Later(held, state with
        {
            Ask = state.Ask == BankAsk.Find ? BankAsk.Charge : state.Ask,
            Attempts = state.Attempts - 1,
        }),
        NotSent held => IsSettled(state) ? new(state) : Later(held, state),
        BankAnswer answer when IsOpen(state) => Resolve(state, answer),
        // Against the bank's word, but money comes first: what it took after all goes back.
        Charged when state.Status is PaymentStatus.Voided or PaymentStatus.Declined => Capture(state with { Cancelled = true }),
        Refunded returned when state is { Status: PaymentStatus.Captured, Owed: > 0 } => TakeBack(state, returned.Amount ?? state.Owed),
        Silence when state.Status == PaymentStatus.Captured && state.Ask == BankAsk.Refund =>
            Retry(state with { Unanswered = state.Unanswered + 1 }),
        BankAnswer => new(state),
        _ => throw new InvalidOperationException($"{happening.GetType().Name} is not known here."),
    };

    /// <summary>How much an operator may still give back.</summary>
    public static long Returnable(PaymentState state) =>
        state is { Status: PaymentStatus.Captured, Cancelled: false } ? state.Captured - state.Refunded - state.Owed : 0;

    private static bool IsOpen(PaymentState state) => state.Status is PaymentStatus.Requested or PaymentStatus.Unknown;

    /// <summary>Whether the outcome will not change any more unless Orders asks for it.</summary>
    private static bool IsSettled(PaymentState state) => state.Ask == BankAsk.Nothing;

    private static Step Cancel(PaymentState state) => state.Status switch
    {
        // Never sent, so there is nothing to ask the bank about.
        PaymentStatus.Requested when state is { Attempts: 0, Ask: BankAsk.Charge } => Void(state with { Cancelled = true }),
        _ when IsSettled(state) && state.Status != PaymentStatus.Captured => new(state, Tell: true),
        _ when state.Cancelled => new(state),
        PaymentStatus.Captured => Return(state with { Cancelled = true }, Returnable(state)),
        _ => AskNow(state with { Cancelled = true, Ask = BankAsk.Void }),
    };

    private static Step Resolve(PaymentState state, BankAnswer answer) => answer switch
    {
        Charged => Capture(state),
        Declined declined => new(
            state with { Status = PaymentStatus.Declined, Ask = BankAsk.Nothing, DeclineReason = declined.Reason, Unanswered = 0 },
            Tell: true),
        Voided => Void(state),
        // The same key again, so it does no harm if the bank finds the first charge only later.
        NoSuchCharge => AskNow(state with { Status = PaymentStatus.Unknown, Ask = state.Cancelled ? BankAsk.Void : BankAsk.Charge }),
        Pending => Retry(Unclear(state), LongestPauseWhilePending),
        Silence => Retry(Unclear(state)),
        // An answer to a question that was never asked.
        _ => new(state),
    };

    private static PaymentState Unclear(PaymentState state) => state with
    {
        Status = PaymentStatus.Unknown,
        Ask = state.Cancelled ? BankAsk.Void : BankAsk.Find,
        Unanswered = state.Unanswered + 1,
    };

    private static Step Capture(PaymentState state)
    {
        var captured = state with { Status = PaymentStatus.Captured, Captured = state.Amount, Ask = BankAsk.Nothing, Unanswered = 0 };
        return captured.Cancelled
            ? Return(captured, captured.Captured) with { Booking = Booking.Capture }
            : new(captured, Tell: true, Booking: Booking.Capture);
    }

    private static Step Return(PaymentState state, long amount) =>
        AskNow(state with { Ask = BankAsk.Refund, Owed = state.Owed + amount }) with { Return = amount };

    private static Step TakeBack(PaymentState state, long amount)
    {
        var (refunded, owed) = (state.Refunded + amount, state.Owed - amount);
        if (amount <= 0 || owed < 0)
            throw new InvalidOperationException($"The bank returned {amount} where {state.Owed} were asked for.");

        var after = state with { Refunded = refunded, Owed = owed, Unanswered = 0 };
        var step = owed > 0 ? AskNow(after) : new(after with { Ask = BankAsk.Nothing });
        // Orders takes "refunded" for "all of it is back"; a part is between the customer and the operator.
        return refunded < state.Captured
            ? step with { Booking = Booking.Refund }
            : new(step.State with { Status = PaymentStatus.Refunded }, Tell: true, Booking: Booking.Refund);
    }

    private static Step Void(PaymentState state) =>
        new(state with { Status = PaymentStatus.Voided, Ask = BankAsk.Nothing, Unanswered = 0 }, Tell: true);

    private static Step AskNow(PaymentState state) => new(state, AskIn: TimeSpan.Zero);

    private static Step Later(NotSent held, PaymentState state) =>
        held.RetryAfter is { } delay ? new(state, AskIn: delay) : Retry(state);

    /// <summary>Half a second, then twice as long each time.</summary>
    private static Step Retry(PaymentState state, TimeSpan? longest = null) =>
        new(state, AskIn: Backoff.Exponential(TimeSpan.FromSeconds(0.5), state.Unanswered - 1, longest ?? LongestPause));
}
