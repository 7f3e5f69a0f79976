using Shop.Payments;
using Shop.ServiceDefaults;

namespace Shop.Tests.Exploration;

/// <summary>Payments' side of the world: the one row of the payment and what its changes tell and book.</summary>
internal sealed class PaymentsModel(Processes processes, bool exact)
{
    // With two workers at a time, three attempts can't be told from more.
    private const int AttemptedOftenEnough = 3;

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Money Total = new(2490, "EUR");

    private readonly Numbered<Row> _rows = new();
    private readonly Dictionary<(int, Happening), Effect> _effects = [];

    public Row? this[int payment] => payment < 0 ? null : _rows[payment];

    public Effect Request(int payment) =>
        payment < 0 ? EffectOf(null, Open(PaymentProcess.Request(Total), "tok_visa"), booked: null, isTold: false)
        : Apply(payment, Happenings.AskedAgain);

    public Effect Cancel(int payment)
    {
        if (payment >= 0)
            return Apply(payment, Happenings.CancellationAsked);

        var step = processes.CancelBeforePayment(Total);
        var effect = EffectOf(null, Open(step, token: null), step.Booking, step.Tell);
        return processes.KeepsTombstones ? effect : effect with { State = payment };
    }

    public Effect Apply(int payment, Happening happening)
    {
        if (_effects.TryGetValue((payment, happening), out var known))
            return known;

        var row = _rows[payment];
        Effect effect;
        try
        {
            var stored = Open(new(row.State, AskIn: row.IsDue ? TimeSpan.Zero : null), row.HasToken ? "tok_visa" : null);
            var step = processes.Payment(row.State, happening);
            stored.Take(step, Now);
            effect = EffectOf(row.State, stored, step.Booking, step.Tell);
        }
        catch (InvalidOperationException contradiction)
        {
            effect = new(payment, Messages.None, Captures: 0, Refunds: 0, $"Payments can't go on: {contradiction.Message}");
        }

        return _effects[(payment, happening)] = effect;
    }

    private static Payment Open(Step step, string? token) =>
        Payment.Open(Guid.Empty, Guid.Empty, token, step, Now, traceParent: null);

    private Effect EffectOf(PaymentState? before, Payment stored, Booking? booked, bool isTold)
    {
        var state = exact ? stored.State : Simplified(stored.State);
        var told = isTold ? Outcome(state.Status) : Messages.None;
        return new(
            _rows.Of(new(state, stored.DueAt is not null, stored.Token is not null)),
            told,
            booked == Booking.Capture ? 1 : 0,
            booked == Booking.Refund ? 1 : 0,
            isTold && told == Messages.None ? $"a payment that is {state.Status} has no outcome to tell"
            : before is not null && !MayFollow(before.Status, state.Status) ? $"a payment that was {before.Status} never becomes {state.Status}"
            : null);
    }

    private static Messages Outcome(PaymentStatus status) => status switch
    {
        PaymentStatus.Captured => Messages.PaymentCaptured,
        PaymentStatus.Declined => Messages.PaymentDeclined,
        PaymentStatus.Voided => Messages.PaymentVoided,
        PaymentStatus.Refunded => Messages.PaymentRefunded,
        _ => Messages.None,
    };

    private static bool MayFollow(PaymentStatus from, PaymentStatus to) => from == to || (from, to) is
        (PaymentStatus.Requested, PaymentStatus.Unknown)
        or (PaymentStatus.Requested or PaymentStatus.Unknown, PaymentStatus.Captured or PaymentStatus.Declined or PaymentStatus.Voided)
        or (PaymentStatus.Captured, PaymentStatus.Refunded);

    private static PaymentState Simplified(PaymentState state) =>
        state with { Attempts = Math.Min(state.Attempts, AttemptedOftenEnough), Unanswered = 0 };

    /// <summary>What is stored: <see cref="Payment"/> without what never matters.</summary>
    internal sealed record Row(PaymentState State, bool IsDue, bool HasToken)
    {
        public bool IsSettled => State.Ask == BankAsk.Nothing;

        public bool IsReturnable => PaymentProcess.Returnable(State) > 0;
    }

    internal readonly record struct Effect(int State, Messages Told, int Captures, int Refunds, string? Broken);

    internal static class Happenings
    {
        public static readonly Happening AskedAgain = new AskedAgain();
        public static readonly Happening CancellationAsked = new CancellationAsked();
        public static readonly Happening Taken = new Taken();
        public static readonly Happening ChargeNotSent = new NotSent(BankAsk.Charge);
        public static readonly Happening FindNotSent = new NotSent(BankAsk.Find);
        public static readonly Happening VoidNotSent = new NotSent(BankAsk.Void);
        public static readonly Happening RefundNotSent = new NotSent(BankAsk.Refund);
        public static readonly Happening Charged = new Charged();
        public static readonly Happening Declined = new Declined("no money");
        public static readonly Happening Pending = new Pending();
        public static readonly Happening NoSuchCharge = new NoSuchCharge();
        public static readonly Happening Voided = new Voided();
        public static readonly Happening Refunded = new Refunded();
        public static readonly Happening Silence = new Silence();
        public static readonly Happening ReturnAsked = new ReturnAsked(Total.Amount);
    }
}
