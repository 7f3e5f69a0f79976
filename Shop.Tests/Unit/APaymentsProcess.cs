using Shop.Payments;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class APaymentsProcess
{
    private static readonly Money Ten = new(1000, "EUR");
    private static readonly Happening Again = new AskedAgain();
    private static readonly Happening Cancel = new CancellationAsked();
    private static readonly Happening Take = new Taken();
    private static readonly Happening Yes = new Charged();
    private static readonly Happening No = new Declined("The card was declined.");
    private static readonly Happening Nothing = new NoSuchCharge();
    private static readonly Happening Void = new Voided();
    private static readonly Happening Back = new Refunded();
    private static readonly Happening Quiet = new Silence();

    [Fact]
    public void Charges_books_and_tells_once()
    {
        var asked = After(Take);
        Assert.Equal((PaymentStatus.Requested, 1), (asked.State.Status, asked.State.Attempts));

        var captured = PaymentProcess.Apply(asked.State, Yes);
        Assert.Equal((PaymentStatus.Captured, BankAsk.Nothing, 1000L), (captured.State.Status, captured.State.Ask, captured.State.Captured));
        Assert.Equal((true, Booking.Capture), (captured.Tell, captured.Booking));

        var twice = PaymentProcess.Apply(captured.State, Yes);
        Assert.Equal(new Step(captured.State), twice);
    }

    [Fact]
    public void Tells_a_decline_and_books_nothing()
    {
        var declined = After(Take, No);

        Assert.Equal((PaymentStatus.Declined, true, null), (declined.State.Status, declined.Tell, declined.Booking));
        Assert.Equal("The card was declined.", declined.State.DeclineReason);
    }

    [Fact]
    public void Asks_the_bank_what_became_of_a_charge_that_was_not_answered()
    {
        var unknown = After(Take, Quiet);
        Assert.Equal((PaymentStatus.Unknown, BankAsk.Find, false), (unknown.State.Status, unknown.State.Ask, unknown.Tell));

        Assert.Equal(PaymentStatus.Captured, After(Take, Quiet, Take, Yes).State.Status);
        Assert.Equal(PaymentStatus.Declined, After(Take, Quiet, Take, No).State.Status);
        Assert.Equal((BankAsk.Charge, 1), (After(Take, Quiet, Take, Nothing).State.Ask, After(Take, Quiet, Take, Nothing).State.Attempts));
    }

    [Fact]
    public void Lets_the_successor_of_a_dead_worker_ask_before_it_charges() =>
        Assert.Equal(BankAsk.Find, After(Take).State.Ask);

    [Fact]
    public void Is_void_at_once_when_it_is_cancelled_before_anything_was_sent()
    {
        var voided = After(Cancel);

        Assert.Equal((PaymentStatus.Voided, BankAsk.Nothing, true), (voided.State.Status, voided.State.Ask, voided.Tell));
    }

    [Fact]
    public void Closes_the_key_at_the_bank_when_it_is_cancelled_after_the_charge_was_sent()
    {
        var cancelling = After(Take, Cancel);
        Assert.Equal((BankAsk.Void, false), (cancelling.State.Ask, cancelling.Tell));

        Assert.Equal(PaymentStatus.Voided, After(Take, Cancel, Take, Void).State.Status);
        Assert.Equal((BankAsk.Refund, 1000L), (After(Take, Cancel, Take, Yes).State.Ask, After(Take, Cancel, Take, Yes).Return));
        Assert.Equal(PaymentStatus.Refunded, After(Take, Cancel, Take, Yes, Take, Back).State.Status);
    }

    [Fact]
    public void Returns_the_whole_charge_when_it_is_cancelled_afterwards()
    {
        var refunded = After(Take, Yes, Cancel, Take, Back);

        Assert.Equal((PaymentStatus.Refunded, 1000L, true, Booking.Refund), (refunded.State.Status, refunded.State.Refunded, refunded.Tell, refunded.Booking));
    }

    [Fact]
    public void Returns_what_the_bank_took_although_it_had_called_it_void()
    {
        var late = After(Cancel, Yes);

        Assert.Equal((BankAsk.Refund, Booking.Capture, false), (late.State.Ask, late.Booking, late.Tell));
    }

    [Fact]
    public void Turns_the_request_away_at_the_tombstone_of_a_cancellation_that_was_quicker()
    {
        var tombstone = PaymentProcess.CancelBeforeRequest(Ten);
        var asked = PaymentProcess.Apply(tombstone.State, Again);

        Assert.Equal((PaymentStatus.Voided, BankAsk.Nothing, true), (asked.State.Status, asked.State.Ask, asked.Tell));
    }

    [Fact]
    public void Answers_again_whoever_asks_again_and_does_nothing_more()
    {
        foreach (var settled in new[] { After(Take, Yes), After(Take, No), After(Cancel), After(Take, Yes, Cancel, Take, Back) })
            Assert.Equal(new Step(settled.State, Tell: true), PaymentProcess.Apply(settled.State, Again));

        Assert.False(PaymentProcess.Apply(After(Take).State, Again).Tell);
    }

    [Fact]
    public void Tells_that_all_is_back_only_when_nothing_is_left()
    {
        var part = After(Take, Yes, new ReturnAsked(400), Take, new Refunded(400));
        Assert.Equal((PaymentStatus.Captured, 400L, 0L, false), (part.State.Status, part.State.Refunded, part.State.Owed, part.Tell));

        var all = After(Take, Yes, new ReturnAsked(400), Take, new Refunded(400), new ReturnAsked(600), Take, new Refunded(600));
        Assert.Equal((PaymentStatus.Refunded, 1000L, true), (all.State.Status, all.State.Refunded, all.Tell));
    }

    [Fact]
    public void Returns_two_parts_that_were_asked_for_at_once_one_after_the_other()
    {
        var both = After(Take, Yes, new ReturnAsked(400), new ReturnAsked(300));
        Assert.Equal((700L, 300L), (both.State.Owed, PaymentProcess.Returnable(both.State)));

        var first = PaymentProcess.Apply(both.State, new Refunded(400));
        Assert.Equal((BankAsk.Refund, 300L), (first.State.Ask, first.State.Owed));
        Assert.Equal(BankAsk.Nothing, PaymentProcess.Apply(first.State, new Refunded(300)).State.Ask);
    }

    [Fact]
    public void Returns_only_the_rest_when_it_is_cancelled_after_a_part_went_back()
    {
        var cancelled = After(Take, Yes, new ReturnAsked(400), Cancel);

        Assert.Equal((600L, 1000L, 0L), (cancelled.Return, cancelled.State.Owed, PaymentProcess.Returnable(cancelled.State)));
    }

    [Fact]
    public void Never_promises_more_than_was_charged()
    {
        Assert.Throws<InvalidOperationException>(() => After(new ReturnAsked(1)));
        Assert.Throws<InvalidOperationException>(() => After(Take, Yes, new ReturnAsked(1001)));
        Assert.Throws<InvalidOperationException>(() => After(Take, Yes, new ReturnAsked(600), new ReturnAsked(600)));
        Assert.Throws<InvalidOperationException>(() => After(Take, Yes, Cancel, new ReturnAsked(1)));
    }

    [Fact]
    public void Waits_as_long_as_a_bank_that_turned_it_away_asked_for()
    {
        var wait = TimeSpan.FromSeconds(42);
        var away = After(Take, new NotSent(BankAsk.Charge, wait));

        Assert.Equal((BankAsk.Charge, 0, wait), (away.State.Ask, away.State.Attempts, away.AskIn));
    }

    [Fact]
    public void Keeps_its_promises_in_every_state_that_it_can_reach()
    {
        Happening[] all =
        [
            Again, Cancel, Take, Yes, No, Nothing, Void, Back, Quiet, new Pending(), new Refunded(400), new ReturnAsked(400),
            .. Enum.GetValues<BankAsk>().Select(ask => new NotSent(ask)),
        ];
        var first = PaymentProcess.Request(Ten).State;
        var reached = new HashSet<PaymentState> { first };
        var open = new Queue<PaymentState>(reached);
        var steps = 0;
        while (open.TryDequeue(out var state))
        {
            foreach (var happening in all.Where(happening => IsPossible(state, happening)))
            {
                var step = PaymentProcess.Apply(state, happening);
                Check(state, happening, step);
                steps++;

                // How often it was tried only changes the pauses.
                var next = step.State with { Unanswered = 0, Attempts = Math.Min(step.State.Attempts, 2) };
                if (reached.Add(next))
                    open.Enqueue(next);
            }
        }

        Assert.InRange(reached.Count, 20, 1000);
        Assert.InRange(steps, 300, 20_000);
    }

    private static bool IsPossible(PaymentState state, Happening happening) => happening switch
    {
        ReturnAsked asked => asked.Amount <= PaymentProcess.Returnable(state),
        Refunded { Amount: { } amount } => amount <= state.Owed,
        NotSent { Ask: BankAsk.Charge } => state.Attempts > 0,
        Taken => state.Ask != BankAsk.Nothing,
        _ => true,
    };

    private static void Check(PaymentState before, Happening happening, Step step)
    {
        var after = step.State;
        var what = $"{happening} at {before} led to {after}";
        Assert.True(after.Cancelled || !before.Cancelled, what);
        // Not even one that would be returned at once: the customer would see it.
        Assert.False(after is { Cancelled: true, Ask: BankAsk.Charge or BankAsk.Find }, what);
        Assert.True(after.Captured >= before.Captured && (after.Captured is 0 or 1000), what);
        Assert.True(after.Refunded >= before.Refunded && after.Refunded + after.Owed <= after.Captured, what);
        Assert.True((after.Ask == BankAsk.Refund) == (after.Owed > 0), what);
        Assert.True((after.Status == PaymentStatus.Refunded) == (after.Captured > 0 && after.Refunded == after.Captured), what);
        Assert.True((step.Booking is null) == (after.Captured == before.Captured && after.Refunded == before.Refunded), what);
        Assert.True(step.Return == after.Owed - before.Owed + after.Refunded - before.Refunded, what);
        Assert.False(step.Tell && (after.Status is PaymentStatus.Requested or PaymentStatus.Unknown), what);
        Assert.False(after is { Cancelled: true, Status: PaymentStatus.Captured } && step.Tell, what);
    }

    private static Step After(params Happening[] happened) =>
        happened.Aggregate(PaymentProcess.Request(Ten), (step, happening) => PaymentProcess.Apply(step.State, happening));
}
