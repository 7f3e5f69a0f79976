using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;

namespace Shop.Tests.Exploration;

/// <summary>
/// Plausible mistakes, each as a thin layer over the real decisions. Whoever explores them must notice, else the exploration
/// proves nothing.
/// </summary>
internal static class Mutants
{
    private static readonly Processes Real = new();

    /// <summary>The mistakes by name, each with the promise that it breaks.</summary>
    public static IReadOnlyDictionary<string, (Processes Processes, string Breaks)> All { get; } = new Dictionary<string, (Processes, string)>
    {
        ["Orders returns the stock while the order is still being cancelled"] =
            (Real with { StockReturnsAt = OrderStatus.Cancelling }, "the stock comes back exactly once, when the order is cancelled"),
        ["Orders asks for the parcel before the payment"] =
            (Real with { Place = AskForTheParcelAtOnce }, "no unpaid parcel leaves"),
        ["Orders returns the money before the parcel is stopped"] =
            (Real with { Order = ReturnMoneyFirst }, "no unpaid parcel leaves"),
        ["Orders forgets the deadline"] =
            (Real with { Order = ForgetTheDeadline }, "an order has a deadline until it ends"),
        ["Orders does not ask again"] =
            (Real with { Order = StaySilentAtDeadlines }, "what nobody wants to cancel is delivered"),
        ["Orders gives up at the first deadline"] =
            (Real with { Order = GiveUpAtOnce }, "what nobody wants to cancel is delivered"),
        ["Orders takes a stopped parcel for the end"] =
            (Real with { Order = EndWithTheParcel }, "a cancelled order costs nothing"),
        ["Orders revives a cancelled order"] =
            (Real with { Order = ReviveWithTheMoney }, "an order that is Cancelled never changes"),

        ["Payments voids a charge that was sent"] =
            (Real with { Payment = VoidWhatWasSent }, "nobody is told that nothing was charged while the bank has the money"),
        ["Payments charges again after a cancellation"] =
            (Real with { Payment = ChargeAgainThoughCancelled }, "nothing is charged once Payments knows of the cancellation"),
        ["Payments ignores a late capture"] =
            (Real with { Payment = IgnoreTheLateCapture }, "nobody is told that nothing was charged while the bank has the money"),
        ["Payments takes silence for no"] =
            (Real with { Payment = TakeSilenceForNo }, "what nobody wants to cancel is delivered"),
        ["Payments takes silence for never sent"] =
            (Real with { Payment = TakeSilenceForNotSent }, "nobody is told that nothing was charged while the bank has the money"),
        ["Payments leaves no tombstone"] =
            (Real with { KeepsTombstones = false }, "nothing is charged once Payments knows of the cancellation"),
        ["Payments charges under a new key after silence"] =
            (Real with { KeyOfCharge = state => state.Attempts > 1 ? 1 : 0 }, "no order is charged twice"),
        ["Payments forgets to ask the bank again"] =
            (Real with { Payment = ForgetToAskTheBank }, "a payment that is not settled is due at some time"),
        ["Payments answers a request only once"] =
            (Real with { Payment = AnswerOnce<Payments.AskedAgain> }, "what nobody wants to cancel is delivered"),
        ["Payments answers a cancellation only once"] =
            (Real with { Payment = AnswerOnce<Payments.CancellationAsked> }, "every order ends"),
        ["Payments books a capture each time it hears of it"] =
            (Real with { Payment = BookEachAnswer }, "each capture and each refund is booked exactly once"),

        ["Shipping answers only once"] =
            (Real with { Shipment = TellNobodyAgain }, "every order ends"),
        ["Shipping stops what has left"] =
            (Real with { Shipment = StopWhatHasLeft }, "a shipment that was Dispatched never becomes Stopped"),
        ["Shipping lets leave what it stopped"] =
            (Real with { Shipment = LetStoppedParcelsLeave }, "a shipment that was Stopped never becomes Created"),
        ["Shipping never says that it rejects"] =
            (Real with { Shipment = RejectInSilence }, "every order ends"),
    };

    private static Orders.Step AskForTheParcelAtOnce(OrderFacts facts, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var step = OrderProcess.Start(facts, now, deadlines);
        return new(
            step.State with { Parcel = ParcelProgress.Asked },
            [.. step.Events, new Orders.ShipmentRequested(facts.Id, facts.CustomerId, facts.ShipTo, [])]);
    }

    private static Orders.Step ReturnMoneyFirst(OrderState state, object happened, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var step = OrderProcess.Apply(state, happened, now, deadlines);
        return step.Events.OfType<Orders.ShipmentCancellationRequested>().Any()
            ? step with { Events = [.. step.Events, MoneyBack(state.Facts)] }
            : step;
    }

    private static Orders.Step ForgetTheDeadline(OrderState state, object happened, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var step = OrderProcess.Apply(state, happened, now, deadlines);
        return step.State.Status == OrderStatus.Shipped ? step with { State = step.State with { Deadline = null } } : step;
    }

    private static Orders.Step StaySilentAtDeadlines(OrderState state, object happened, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var step = OrderProcess.Apply(state, happened, now, deadlines);
        return happened is DeadlinePassed && step.State.Status == state.Status ? step with { Events = [] } : step;
    }

    private static Orders.Step GiveUpAtOnce(OrderState state, object happened, DateTimeOffset now, OrderDeadlines deadlines) =>
        OrderProcess.Apply(
            state, happened is DeadlinePassed && deadlines.PatienceIn(state.Status) is not null ? new CancelAsked() : happened, now, deadlines);

    private static Orders.Step EndWithTheParcel(OrderState state, object happened, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var step = OrderProcess.Apply(state, happened, now, deadlines);
        return happened is Orders.ShipmentStopped && state.Status == OrderStatus.Cancelling ? Ended(step, now) : step;
    }

    private static Orders.Step ReviveWithTheMoney(OrderState state, object happened, DateTimeOffset now, OrderDeadlines deadlines) =>
        happened is Orders.PaymentCaptured && state.Status == OrderStatus.Cancelled
            ? OrderProcess.Apply(state with { Status = OrderStatus.Placed, Payment = PaymentProgress.Asked }, happened, now, deadlines)
            : OrderProcess.Apply(state, happened, now, deadlines);

    private static Orders.Step Ended(Orders.Step step, DateTimeOffset now) => new(
        step.State with { Status = OrderStatus.Cancelled, Deadline = null, Version = step.State.Version + 1 },
        [new OrderStatusChanged(step.State.Facts.Id, step.State.Facts.CustomerId, OrderStatus.Cancelled, step.State.Version + 1, now, "")]);

    private static Orders.PaymentCancellationRequested MoneyBack(OrderFacts facts) => new(facts.Id, facts.CustomerId, facts.Total, "");

    private static Payments.Step VoidWhatWasSent(PaymentState state, Payments.Happening happening) =>
        happening is Payments.CancellationAsked && state.Status is PaymentStatus.Requested or PaymentStatus.Unknown
            ? new(state with { Status = PaymentStatus.Voided, Ask = BankAsk.Nothing, Cancelled = true }, Tell: true)
            : PaymentProcess.Apply(state, happening);

    private static Payments.Step ChargeAgainThoughCancelled(PaymentState state, Payments.Happening happening)
    {
        var step = PaymentProcess.Apply(state, happening);
        return happening is NoSuchCharge && step.State.Ask == BankAsk.Void ? step with { State = step.State with { Ask = BankAsk.Charge } } : step;
    }

    private static Payments.Step IgnoreTheLateCapture(PaymentState state, Payments.Happening happening) =>
        PaymentProcess.Apply(state, happening is Charged && state.Cancelled && state.Captured == 0 ? new Voided() : happening);

    private static Payments.Step TakeSilenceForNo(PaymentState state, Payments.Happening happening) =>
        PaymentProcess.Apply(state, happening is Payments.Silence ? new Declined("no answer") : happening);

    private static Payments.Step TakeSilenceForNotSent(PaymentState state, Payments.Happening happening) =>
        PaymentProcess.Apply(state, happening is Payments.Silence && state.Attempts > 0 ? new NotSent(BankAsk.Charge) : happening);

    private static Payments.Step ForgetToAskTheBank(PaymentState state, Payments.Happening happening)
    {
        var step = PaymentProcess.Apply(state, happening);
        return happening is Payments.CancellationAsked ? step with { AskIn = null } : step;
    }

    private static Payments.Step AnswerOnce<TRepeated>(PaymentState state, Payments.Happening happening)
        where TRepeated : Payments.Happening
    {
        var step = PaymentProcess.Apply(state, happening);
        return happening is TRepeated && step.State == state ? step with { Tell = false } : step;
    }

    private static Payments.Step BookEachAnswer(PaymentState state, Payments.Happening happening)
    {
        var step = PaymentProcess.Apply(state, happening);
        return happening is Charged && state.Status == PaymentStatus.Captured ? step with { Booking = Booking.Capture } : step;
    }

    private static Shipping.Step TellNobodyAgain(ShipmentState state, Shipping.Happening happening, DateTimeOffset now)
    {
        var step = ShipmentProcess.Apply(state, happening, now);
        return step.State == state ? step with { Tell = [] } : step;
    }

    private static Shipping.Step StopWhatHasLeft(ShipmentState state, Shipping.Happening happening, DateTimeOffset now) =>
        happening is Shipping.CancellationAsked && state.Status is ShipmentStatus.Dispatched or ShipmentStatus.InTransit
            ? new(state with { Status = ShipmentStatus.Stopped, Ask = CarrierAsk.Nothing }, [Outcome.Stopped])
            : ShipmentProcess.Apply(state, happening, now);

    private static Shipping.Step LetStoppedParcelsLeave(ShipmentState state, Shipping.Happening happening, DateTimeOffset now) =>
        happening is Scanned && state.Status == ShipmentStatus.Stopped
            ? ShipmentProcess.Apply(state with { Status = ShipmentStatus.Created, Ask = CarrierAsk.Scan }, happening, now)
            : ShipmentProcess.Apply(state, happening, now);

    private static Shipping.Step RejectInSilence(ShipmentState state, Shipping.Happening happening, DateTimeOffset now)
    {
        var step = ShipmentProcess.Apply(state, happening, now);
        return step.State.Status == ShipmentStatus.Rejected ? step with { Tell = [] } : step;
    }
}
