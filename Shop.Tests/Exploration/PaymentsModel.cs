using Shop.Messaging;
using Shop.Payments;
using Shop.ServiceDefaults;

namespace Shop.Tests.Exploration;

/// <summary>Payments' side of the world: the one row of the payment and what its changes publish and book.</summary>
internal sealed class PaymentsModel(Processes processes, bool exact)
{
    // With two workers at a time, three attempts can't be told from more.
    private const int AttemptedOftenEnough = 3;

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid OrderId = Guid.Empty;
    private static readonly Money Total = new(2490, "EUR");

    private readonly Numbered<Row> _rows = new();
    private readonly Dictionary<(int, PaymentInput), Effect> _effects = [];

    public Row? this[int payment] => payment < 0 ? null : _rows[payment];

    public Effect Request(int payment) => Apply(payment, Inputs.PaymentRequested);

    public Effect Cancel(int payment)
    {
        var effect = Apply(payment, Inputs.PaymentCancellationRequested);
        return payment >= 0 || processes.KeepsTombstones ? effect : effect with { State = payment };
    }

    public Effect Apply(int payment, PaymentInput input)
    {
        if (_effects.TryGetValue((payment, input), out var known))
            return known;

        var row = this[payment];
        Effect effect;
        try
        {
            var transition = processes.Payment(OrderId, row?.State, input);
            effect = EffectOf(row?.State, Stored(row, input, transition), transition);
        }
        catch (InvalidOperationException contradiction)
        {
            effect = new(
                payment, Messages.None, Captures: 0, Refunds: 0, $"Payments can't go on: {contradiction.Message}");
        }

        return _effects[(payment, input)] = effect;
    }

    private static Payment Stored(Row? row, PaymentInput input, PaymentTransition transition)
    {
        if (row is null)
            return Open(transition, input is PaymentRequested request ? request.PaymentToken : null);

        var stored = Open(
            new(row.State, [], DueIn: row.IsDue ? TimeSpan.Zero : null),
            row.HasToken ? Inputs.PaymentRequested.PaymentToken : null);
        stored.Apply(transition, Now);
        return stored;
    }

    private static Payment Open(PaymentTransition first, string? token) =>
        Payment.Open(OrderId, Guid.Empty, token, first, Now, traceParent: null);

    private Effect EffectOf(PaymentState? before, Payment stored, PaymentTransition transition)
    {
        var state = exact ? stored.State : Simplified(stored.State);
        var told = transition.Events.Aggregate(Messages.None, (all, next) => all | MessageOf(next));
        return new(
            _rows.Of(new(state, stored.DueAt is not null, stored.Token is not null)),
            told,
            transition.Booking == Booking.Capture ? 1 : 0,
            transition.Booking == Booking.Refund ? 1 : 0,
            told != Messages.None && told != Outcome(state.Status)
                ? $"a payment that is {state.Status} does not publish {told}"
            : before is not null && !MayFollow(before.Status, state.Status)
                ? $"a payment that was {before.Status} never becomes {state.Status}"
            : null);
    }

    private static Messages MessageOf(IPublishedEvent published) => published switch
    {
        PaymentCaptured => Messages.PaymentCaptured,
        PaymentDeclined => Messages.PaymentDeclined,
        PaymentVoided => Messages.PaymentVoided,
        PaymentRefunded => Messages.PaymentRefunded,
        _ => throw new ArgumentException($"{published.GetType().Name} is no message here.", nameof(published)),
    };

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
        or (
            PaymentStatus.Requested or PaymentStatus.Unknown,
            PaymentStatus.Captured or PaymentStatus.Declined or PaymentStatus.Voided)
        or (PaymentStatus.Captured, PaymentStatus.Refunded);

    private static PaymentState Simplified(PaymentState state) =>
        state with { Attempts = Math.Min(state.Attempts, AttemptedOftenEnough), Unanswered = 0 };

    /// <summary>What is stored: <see cref="Payment"/> without what never matters.</summary>
    internal sealed record Row(PaymentState State, bool IsDue, bool HasToken)
    {
        public bool IsSettled => State.NextOperation == BankOperation.Nothing;

        public bool IsRefundable => PaymentProcess.Refundable(State) > 0;
    }

    internal readonly record struct Effect(int State, Messages Told, int Captures, int Refunds, string? Broken);

    internal static class Inputs
    {
        public static readonly PaymentRequested PaymentRequested = new(OrderId, Guid.Empty, Total, "tok_visa");
        public static readonly PaymentInput PaymentCancellationRequested =
            new PaymentCancellationRequested(OrderId, Guid.Empty, Total);
        public static readonly PaymentInput LeaseAcquired = new LeaseAcquired();
        public static readonly PaymentInput ChargeNotSent = new NotSent(BankOperation.Charge);
        public static readonly PaymentInput FindNotSent = new NotSent(BankOperation.Find);
        public static readonly PaymentInput VoidNotSent = new NotSent(BankOperation.Void);
        public static readonly PaymentInput RefundNotSent = new NotSent(BankOperation.Refund);
        public static readonly PaymentInput Charged = new Charged();
        public static readonly PaymentInput Declined = new Declined("no money");
        public static readonly PaymentInput Pending = new Pending();
        public static readonly PaymentInput NoSuchCharge = new NoSuchCharge();
        public static readonly PaymentInput Voided = new Voided();
        public static readonly PaymentInput Refunded = new Refunded();
        public static readonly PaymentInput UnknownOutcome = new UnknownOutcome();
        public static readonly PaymentInput RefundRequested = new RefundRequested(Total.Amount);
    }
}
