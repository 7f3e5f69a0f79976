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

/// <summary>The call was held back before anything was sent: the bank is away.</summary>
internal sealed record NotSent(BankAsk Ask) : Happening;

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

internal sealed record Refunded : BankAnswer;

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
internal sealed record Step(PaymentState State, bool Tell = false, TimeSpan? AskIn = null, Booking? Booking = null);

/// <summary>
/// Every decision about a payment, without side effects. The invariants: one charge at most, under one key; no charge is
/// kept of a payment that was cancelled; silence never counts as "not charged"; whoever asks again is answered again.
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
        AskedAgain => new(state, Tell: IsSettled(state)),
        CancellationAsked => Cancel(state),
        Taken => new(state with
        {
            // If we die now, nobody knows whether the bank got the charge.
            Ask = state.Ask == BankAsk.Charge ? BankAsk.Find : state.Ask,
            Attempts = state.Attempts + (state.Ask == BankAsk.Charge ? 1 : 0),
        }),
        NotSent { Ask: BankAsk.Charge } when IsOpen(state) => Retry(state with
        {
            Ask = state.Ask == BankAsk.Find ? BankAsk.Charge : state.Ask,
            Attempts = state.Attempts - 1,
        }),
        NotSent => IsSettled(state) ? new(state) : Retry(state),
        BankAnswer answer when IsOpen(state) => Resolve(state, answer),
        // Against the bank's word, but money comes first: what it took after all goes back.
        Charged when state.Status is PaymentStatus.Voided or PaymentStatus.Declined => Capture(state with { Cancelled = true }),
        Refunded when state.Status == PaymentStatus.Captured => new(
            state with { Status = PaymentStatus.Refunded, Ask = BankAsk.Nothing, Refunded = state.Captured, Unanswered = 0 },
            Tell: true, Booking: Booking.Refund),
        Silence when state.Status == PaymentStatus.Captured && state.Ask == BankAsk.Refund =>
            Retry(state with { Unanswered = state.Unanswered + 1 }),
        BankAnswer => new(state),
        _ => throw new InvalidOperationException($"{happening.GetType().Name} is not known here."),
    };

    private static bool IsOpen(PaymentState state) => state.Status is PaymentStatus.Requested or PaymentStatus.Unknown;

    /// <summary>Whether the outcome will not change any more unless Orders asks for it.</summary>
    private static bool IsSettled(PaymentState state) => state.Ask == BankAsk.Nothing;

    private static Step Cancel(PaymentState state) => state.Status switch
    {
        // Never sent, so there is nothing to ask the bank about.
        PaymentStatus.Requested when state is { Attempts: 0, Ask: BankAsk.Charge } => Void(state with { Cancelled = true }),
        _ when IsSettled(state) && state.Status != PaymentStatus.Captured => new(state, Tell: true),
        _ when state.Cancelled => new(state),
        PaymentStatus.Captured => AskNow(state with { Cancelled = true, Ask = BankAsk.Refund }),
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
            ? AskNow(captured with { Ask = BankAsk.Refund }) with { Booking = Booking.Capture }
            : new(captured, Tell: true, Booking: Booking.Capture);
    }

    private static Step Void(PaymentState state) =>
        new(state with { Status = PaymentStatus.Voided, Ask = BankAsk.Nothing, Unanswered = 0 }, Tell: true);

    private static Step AskNow(PaymentState state) => new(state, AskIn: TimeSpan.Zero);

    /// <summary>Half a second, then twice as long each time.</summary>
    private static Step Retry(PaymentState state, TimeSpan? longest = null)
    {
        var pause = TimeSpan.FromSeconds(0.25 * Math.Pow(2, Math.Clamp(state.Unanswered, 1, 10)));
        return new(state, AskIn: pause < (longest ?? LongestPause) ? pause : longest ?? LongestPause);
    }
}
