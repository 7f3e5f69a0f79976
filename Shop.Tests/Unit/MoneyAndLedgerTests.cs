using FsCheck;
using FsCheck.Fluent;
using Shop.Payments;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

/// <summary>What holds for any amounts and any sequence of inputs, tried with random ones.</summary>
public class MoneyAndLedgerTests
{
    private const long Price = 10_000;
    private static readonly PaymentRequested Request = new(Guid.Empty, Guid.Empty, Euro(Price), "tok_visa");

    [Fact]
    public void Money_adds_in_any_order_and_subtracts_what_it_added() => Prop.ForAll<int, int, int>((a, b, c) =>
    {
        var (x, y, z) = (Euro(a), Euro(b), Euro(c));
        return x + y == y + x && x + y + z == x + (y + z) && x + y - y == x && x + Money.Zero("EUR") == x
            && Money.Sum([x, y, z], "EUR") == x + y + z;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Money_times_a_number_is_that_many_added() => Prop.ForAll<int, byte>((a, times) =>
        Euro(a) * times == Money.Sum(Enumerable.Repeat(Euro(a), times), "EUR")).QuickCheckThrowOnFailure();

    [Fact]
    public void Money_compares_as_its_amounts_do() => Prop.ForAll<int, int>((a, b) =>
        Euro(a) < Euro(b) == a < b && Euro(a) >= Euro(b) == a >= b
            && Euro(a).CompareTo(Euro(b)) == -Euro(b).CompareTo(Euro(a))).QuickCheckThrowOnFailure();

    [Fact]
    public void Money_survives_the_wire() => Prop.ForAll<long>(amount =>
        System.Text.Json.JsonSerializer.Deserialize<Money>(
            System.Text.Json.JsonSerializer.Serialize(new Money(amount, "EUR"), Json.Web), Json.Web)
            == new Money(amount, "EUR")).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_booking_sums_to_zero_and_the_balance_is_what_was_charged_less_what_went_back()
    {
        var charged = 0;
        Prop.ForAll(Stories().ToArbitrary(), story =>
        {
            var (order, payment) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            var state = PaymentProcess.Decide(order, state: null, Request).State;
            var ledger = new List<LedgerTransaction>();
            foreach (var input in story.Select(draft => draft(state)).OfType<PaymentInput>())
            {
                var transition = PaymentProcess.Decide(order, state, input);
                if (transition.Booking is { } booking)
                    ledger.Add(LedgerTransaction.Of(
                        booking, payment, Guid.CreateVersion7(), transition.Booked(state)));

                state = transition.State;
                if (ledger.Any(transaction => transaction.Entries.Sum(entry => entry.Amount) != 0)
                    || BalanceOf(ledger) != state.Captured - state.Refunded
                    || state.Refunded + state.Owed > state.Captured)
                {
                    return false;
                }
            }

            charged += ledger.Count > 1 ? 1 : 0;
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

        // Else the stories were too dull to prove anything.
        Assert.InRange(charged, 200, 2000);
    }

    private static long BalanceOf(IEnumerable<LedgerTransaction> ledger) =>
        ledger.SelectMany(transaction => transaction.Entries)
            .Where(entry => entry.Account == LedgerAccount.Bank)
            .Sum(entry => entry.Amount);

    /// <summary>What may happen next; some of it can't in every state, and then nothing does.</summary>
    private static Gen<Func<PaymentState, PaymentInput?>[]> Stories()
    {
        var next = Gen.OneOf(
            Gen.Elements<PaymentInput>(
                    new LeaseAcquired(), new Charged(), new Charged(), new Declined("no"), new Voided(),
                    new NoSuchCharge(), new Pending(), new UnknownOutcome(), Request,
                    new PaymentCancellationRequested(Guid.Empty, Guid.Empty, Euro(Price)),
                    new NotSent(BankOperation.Find))
                .Select(input => new Func<PaymentState, PaymentInput?>(_ => input)),
            Gen.Choose(1, (int)Price).Select(amount => new Func<PaymentState, PaymentInput?>(state =>
                PaymentProcess.Refundable(state) is var left && left > 0
                    ? new RefundRequested(Math.Min(amount, left))
                    : null)),
            Gen.Choose(1, (int)Price).Select(amount => new Func<PaymentState, PaymentInput?>(state =>
                state.Owed > 0 ? new Refunded(Math.Min(amount, state.Owed)) : null)));
        return next.ArrayOf(12);
    }

    private static Money Euro(long amount) => new(amount, "EUR");
}
