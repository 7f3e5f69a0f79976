using Shop.Payments;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class PaymentProcessTests
{
    private static readonly Guid OrderId = Guid.CreateVersion7();
    private static readonly Money Ten = new(1000, "EUR");
    private static readonly PaymentInput Request = new PaymentRequested(OrderId, Guid.Empty, Ten, "tok_visa");
    private static readonly PaymentInput Cancel = new PaymentCancellationRequested(OrderId, Guid.Empty, Ten);
    private static readonly PaymentInput Lease = new LeaseAcquired();
    private static readonly PaymentInput Charge = new Charged();
    private static readonly PaymentInput Decline = new Declined("The card was declined.");
    private static readonly PaymentInput Nothing = new NoSuchCharge();
    private static readonly PaymentInput Void = new Voided();
    private static readonly PaymentInput Refund = new Refunded();
    private static readonly PaymentInput Unknown = new UnknownOutcome();

    private static readonly PaymentInput[] All =
    [
        Request, Cancel, Lease, Charge, Decline, Nothing, Void, Refund, Unknown, new Pending(), new Refunded(400),
        new RefundRequested(400), .. Enum.GetValues<BankOperation>().Select(operation => new NotSent(operation)),
    ];

    [Fact]
    public void A_charge_is_booked_and_published_once()
    {
        var requested = After(Lease);
        Assert.Equal((PaymentStatus.Requested, 1), (requested.State.Status, requested.State.Attempts));

        var captured = Decide(requested.State, Charge);
        Assert.Equal(
            (PaymentStatus.Captured, BankOperation.Nothing, 1000L),
            (captured.State.Status, captured.State.NextOperation, captured.State.Captured));
        Assert.Equal([new PaymentCaptured(OrderId, Ten)], captured.Events);
        Assert.Equal(Booking.Capture, captured.Booking);

        var twice = Decide(captured.State, Charge);
        Assert.Equal(new PaymentTransition(captured.State, []), twice);
    }

    [Fact]
    public void A_decline_is_published_and_not_booked()
    {
        var declined = After(Lease, Decline);

        Assert.Equal((PaymentStatus.Declined, null), (declined.State.Status, declined.Booking));
        Assert.Equal([new PaymentDeclined(OrderId, "The card was declined.")], declined.Events);
        Assert.Equal("The card was declined.", declined.State.DeclineReason);
    }

    [Fact]
    public void The_bank_is_asked_what_became_of_a_charge_without_an_answer()
    {
        var unknown = After(Lease, Unknown);
        Assert.Equal(
            (PaymentStatus.Unknown, BankOperation.Find), (unknown.State.Status, unknown.State.NextOperation));
        Assert.Empty(unknown.Events);

        Assert.Equal(PaymentStatus.Captured, After(Lease, Unknown, Lease, Charge).State.Status);
        Assert.Equal(PaymentStatus.Declined, After(Lease, Unknown, Lease, Decline).State.Status);
        var neverCharged = After(Lease, Unknown, Lease, Nothing).State;
        Assert.Equal((BankOperation.Charge, 1), (neverCharged.NextOperation, neverCharged.Attempts));
    }

    [Fact]
    public void The_successor_of_a_dead_worker_asks_before_it_charges() =>
        Assert.Equal(BankOperation.Find, After(Lease).State.NextOperation);

    [Fact]
    public void A_payment_that_is_cancelled_before_anything_was_sent_is_void_at_once()
    {
        var voided = After(Cancel);

        Assert.Equal(
            (PaymentStatus.Voided, BankOperation.Nothing), (voided.State.Status, voided.State.NextOperation));
        Assert.Equal([new PaymentVoided(OrderId)], voided.Events);
    }

    [Fact]
    public void A_payment_that_is_cancelled_after_the_charge_was_sent_is_voided_at_the_bank()
    {
        var cancelling = After(Lease, Cancel);
        Assert.Equal(BankOperation.Void, cancelling.State.NextOperation);
        Assert.Empty(cancelling.Events);

        Assert.Equal(PaymentStatus.Voided, After(Lease, Cancel, Lease, Void).State.Status);
        var charged = After(Lease, Cancel, Lease, Charge);
        Assert.Equal((BankOperation.Refund, 1000L), (charged.State.NextOperation, charged.NewRefund));
        Assert.Equal(PaymentStatus.Refunded, After(Lease, Cancel, Lease, Charge, Lease, Refund).State.Status);
    }

    [Fact]
    public void A_charge_that_is_cancelled_is_refunded_in_full()
    {
        var refunded = After(Lease, Charge, Cancel, Lease, Refund);

        Assert.Equal((PaymentStatus.Refunded, 1000L), (refunded.State.Status, refunded.State.Refunded));
        Assert.Equal([new PaymentRefunded(OrderId, Ten)], refunded.Events);
        Assert.Equal(Booking.Refund, refunded.Booking);
    }

    [Fact]
    public void A_charge_that_the_bank_had_called_void_is_refunded()
    {
        var late = After(Cancel, Charge);

        Assert.Equal((BankOperation.Refund, Booking.Capture), (late.State.NextOperation, late.Booking));
        Assert.Empty(late.Events);
    }

    [Fact]
    public void A_request_after_its_cancellation_is_answered_and_nothing_is_charged()
    {
        var tombstone = PaymentProcess.Decide(OrderId, state: null, Cancel);
        Assert.Equal([new PaymentVoided(OrderId)], tombstone.Events);

        var requested = Decide(tombstone.State, Request);
        Assert.Equal(
            (PaymentStatus.Voided, BankOperation.Nothing), (requested.State.Status, requested.State.NextOperation));
        Assert.Equal([new PaymentVoided(OrderId)], requested.Events);
    }

    [Fact]
    public void A_repeated_request_is_answered_again_and_has_no_other_effect()
    {
        PaymentTransition[] settled =
            [After(Lease, Charge), After(Lease, Decline), After(Cancel), After(Lease, Charge, Cancel, Lease, Refund)];
        foreach (var once in settled)
        {
            var again = Decide(once.State, Request);

            Assert.Equal(once.Events, again.Events);
            Assert.Single(again.Events);
            Assert.Equal(new PaymentTransition(once.State, again.Events), again);
        }

        Assert.Empty(Decide(After(Lease).State, Request).Events);
    }

    [Fact]
    public void A_refund_is_published_when_nothing_is_left_of_the_charge()
    {
        var part = After(Lease, Charge, new RefundRequested(400), Lease, new Refunded(400));
        Assert.Equal(
            (PaymentStatus.Captured, 400L, 0L), (part.State.Status, part.State.Refunded, part.State.Owed));
        Assert.Empty(part.Events);

        var all = After(
            Lease, Charge, new RefundRequested(400), Lease, new Refunded(400), new RefundRequested(600), Lease,
            new Refunded(600));
        Assert.Equal((PaymentStatus.Refunded, 1000L), (all.State.Status, all.State.Refunded));
        Assert.Equal([new PaymentRefunded(OrderId, Ten)], all.Events);
    }

    [Fact]
    public void Two_refunds_that_were_requested_at_once_are_made_one_after_the_other()
    {
        var both = After(Lease, Charge, new RefundRequested(400), new RefundRequested(300));
        Assert.Equal((700L, 300L), (both.State.Owed, PaymentProcess.Refundable(both.State)));

        var first = Decide(both.State, new Refunded(400));
        Assert.Equal((BankOperation.Refund, 300L), (first.State.NextOperation, first.State.Owed));
        Assert.Equal(BankOperation.Nothing, Decide(first.State, new Refunded(300)).State.NextOperation);
    }

    [Fact]
    public void Only_the_rest_is_refunded_when_it_is_cancelled_after_a_partial_refund()
    {
        var cancelled = After(Lease, Charge, new RefundRequested(400), Cancel);

        Assert.Equal(
            (600L, 1000L, 0L), (cancelled.NewRefund, cancelled.State.Owed, PaymentProcess.Refundable(cancelled.State)));
    }

    [Fact]
    public void Never_more_is_refunded_than_was_charged()
    {
        Assert.Throws<InvalidOperationException>(() => After(new RefundRequested(1)));
        Assert.Throws<InvalidOperationException>(() => After(Lease, Charge, new RefundRequested(1001)));
        Assert.Throws<InvalidOperationException>(
            () => After(Lease, Charge, new RefundRequested(600), new RefundRequested(600)));
        Assert.Throws<InvalidOperationException>(() => After(Lease, Charge, Cancel, new RefundRequested(1)));
    }

    [Fact]
    public void A_call_that_the_bank_turned_away_waits_as_long_as_it_asked_for()
    {
        var wait = TimeSpan.FromSeconds(42);
        var away = After(Lease, new NotSent(BankOperation.Charge, wait));

        Assert.Equal((BankOperation.Charge, 0, wait), (away.State.NextOperation, away.State.Attempts, away.DueIn));
    }

    [Fact]
    public void Every_kind_of_input_is_decided()
    {
        Assert.Equal(Kinds.Of<PaymentInput>(), Kinds.Of(All));
        PaymentTransition[] reached =
            [After(), After(Lease, Unknown), After(Lease, Charge), After(Lease, Charge, Cancel)];
        foreach (var state in reached.Select(after => after.State).Append(null))
            Assert.All(All, input => Kinds.AssertKnown(() => PaymentProcess.Decide(OrderId, state, input)));
    }

    [Fact]
    public void Every_invariant_holds_in_every_state_that_can_be_reached()
    {
        var first = After().State;
        var reached = new HashSet<PaymentState> { first };
        var open = new Queue<PaymentState>(reached);
        var transitions = 0;
        while (open.TryDequeue(out var state))
        {
            foreach (var input in All.Where(input => IsPossible(state, input)))
            {
                var transition = Decide(state, input);
                Check(state, input, transition);
                transitions++;

                // How often it was tried only changes the pauses.
                var after = transition.State;
                var next = after with { Unanswered = 0, Attempts = Math.Min(after.Attempts, 2) };
                if (reached.Add(next))
                    open.Enqueue(next);
            }
        }

        Assert.InRange(reached.Count, 20, 1000);
        Assert.InRange(transitions, 300, 20_000);
    }

    private static bool IsPossible(PaymentState state, PaymentInput input) => input switch
    {
        RefundRequested wanted => wanted.Amount <= PaymentProcess.Refundable(state),
        Refunded { Amount: { } amount } => amount <= state.Owed,
        NotSent { Operation: BankOperation.Charge } => state.Attempts > 0,
        LeaseAcquired => state.NextOperation != BankOperation.Nothing,
        _ => true,
    };

    private static void Check(PaymentState before, PaymentInput input, PaymentTransition transition)
    {
        var (after, isPublished) = (transition.State, transition.Events.Count > 0);
        var what = $"{input} at {before} led to {after}";
        Assert.True(after.Cancelled || !before.Cancelled, what);
        // Not even a charge that would be refunded at once: the customer would see it.
        Assert.False(after is { Cancelled: true, NextOperation: BankOperation.Charge or BankOperation.Find }, what);
        Assert.True(after.Captured >= before.Captured && (after.Captured is 0 or 1000), what);
        Assert.True(after.Refunded >= before.Refunded && after.Refunded + after.Owed <= after.Captured, what);
        Assert.True((after.NextOperation == BankOperation.Refund) == (after.Owed > 0), what);
        var isAllRefunded = after.Captured > 0 && after.Refunded == after.Captured;
        Assert.True((after.Status == PaymentStatus.Refunded) == isAllRefunded, what);
        var isMoneyMoved = after.Captured != before.Captured || after.Refunded != before.Refunded;
        Assert.True(transition.Booking is not null == isMoneyMoved, what);
        Assert.True(transition.NewRefund == after.Owed - before.Owed + after.Refunded - before.Refunded, what);
        Assert.False(isPublished && (after.Status is PaymentStatus.Requested or PaymentStatus.Unknown), what);
        Assert.False(after is { Cancelled: true, Status: PaymentStatus.Captured } && isPublished, what);
    }

    private static PaymentTransition Decide(PaymentState state, PaymentInput input) =>
        PaymentProcess.Decide(OrderId, state, input);

    private static PaymentTransition After(params PaymentInput[] inputs) => inputs.Aggregate(
        PaymentProcess.Decide(OrderId, state: null, Request), (before, input) => Decide(before.State, input));
}
