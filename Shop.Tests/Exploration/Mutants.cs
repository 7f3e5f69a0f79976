using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;

namespace Shop.Tests.Exploration;

/// <summary>
/// Plausible mistakes, each as a thin layer over the real decisions. The exploration must find each of them, otherwise
/// it proves nothing.
/// </summary>
internal static class Mutants
{
    private static readonly Processes Real = new();

    /// <summary>The mistakes by name, each with the promise that it breaks.</summary>
    public static Dictionary<string, (Processes Processes, string Breaks)> All { get; } = new()
    {
        ["Orders returns the stock while the order is still being cancelled"] =
            (
                Real with { StockReturnsAt = OrderStatus.Cancelling },
                "the stock comes back exactly once, when the order is cancelled"),
        ["Orders asks for the parcel before the payment"] =
            (Real with { Place = AskForTheParcelAtOnce }, "no unpaid parcel leaves"),
        ["Orders returns the money before the parcel is stopped"] =
            (Real with { Order = ReturnMoneyFirst }, "no unpaid parcel leaves"),
        ["Orders forgets the deadline"] =
            (Real with { Order = ForgetTheDeadline }, "an order has a deadline until it ends"),
        ["Orders does not ask again"] =
            (Real with { Order = IgnoreDeadlines }, "what nobody wants to cancel is delivered"),
        ["Orders gives up at the first deadline"] =
            (Real with { Order = GiveUpAtOnce }, "what nobody wants to cancel is delivered"),
        ["Orders takes a stopped parcel for the end"] =
            (Real with { Order = EndWithTheParcel }, "a cancelled order costs nothing"),
        ["Orders revives a cancelled order"] =
            (Real with { Order = ReviveWithTheMoney }, "an order that is Cancelled never changes"),

        ["Payments voids a charge that was sent"] =
            (
                Real with { Payment = VoidWhatWasSent },
                "nobody is told that nothing was charged while the bank has the money"),
        ["Payments charges again after a cancellation"] =
            (
                Real with { Payment = ChargeAgainThoughCancelled },
                "nothing is charged once Payments knows of the cancellation"),
        ["Payments ignores a late capture"] =
            (
                Real with { Payment = IgnoreTheLateCapture },
                "nobody is told that nothing was charged while the bank has the money"),
        ["Payments takes an unknown outcome for a decline"] =
            (Real with { Payment = TakeUnknownForDeclined }, "what nobody wants to cancel is delivered"),
        ["Payments takes an unknown outcome for a call that was not sent"] =
            (
                Real with { Payment = TakeUnknownForNotSent },
                "nobody is told that nothing was charged while the bank has the money"),
        ["Payments leaves no tombstone"] =
            (Real with { KeepsTombstones = false }, "nothing is charged once Payments knows of the cancellation"),
        ["Payments charges under a new key after an unknown outcome"] =
            (Real with { KeyOfCharge = state => state.Attempts > 1 ? 1 : 0 }, "no order is charged twice"),
        ["Payments forgets to ask the bank again"] =
            (Real with { Payment = ForgetToAskTheBank }, "a payment that is not settled is due at some time"),
        ["Payments answers a request only once"] =
            (Real with { Payment = AnswerOnce<Payments.PaymentRequested> }, "what nobody wants to cancel is delivered"),
        ["Payments answers a cancellation only once"] =
            (Real with { Payment = AnswerOnce<Payments.PaymentCancellationRequested> }, "every order ends"),
        ["Payments books a capture at each answer of the bank"] =
            (Real with { Payment = BookEachAnswer }, "each capture and each refund is booked exactly once"),

        ["Shipping answers only once"] =
            (Real with { Shipment = AnswerARequestOnce }, "every order ends"),
        ["Shipping stops what has left"] =
            (Real with { Shipment = StopWhatHasLeft }, "a shipment that was Dispatched never becomes Stopped"),
        ["Shipping lets leave what it stopped"] =
            (Real with { Shipment = LetStoppedParcelsLeave }, "a shipment that was Stopped never becomes Created"),
        ["Shipping publishes no rejection"] =
            (Real with { Shipment = RejectUnannounced }, "every order ends"),
    };

    private static OrderTransition AskForTheParcelAtOnce(OrderFacts facts, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var transition = OrderProcess.Start(facts, now, deadlines);
        return new(
            transition.State with { Parcel = ParcelProgress.Asked },
            [.. transition.Events, new Orders.ShipmentRequested(facts.Id, facts.CustomerId, facts.ShipTo, [])]);
    }

    private static OrderTransition ReturnMoneyFirst(
        OrderState state, OrderInput input, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var transition = OrderProcess.Decide(state, input, now, deadlines);
        return transition.Events.OfType<Orders.ShipmentCancellationRequested>().Any()
            ? transition with { Events = [.. transition.Events, MoneyBack(state.Facts)] }
            : transition;
    }

    private static OrderTransition ForgetTheDeadline(
        OrderState state, OrderInput input, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var transition = OrderProcess.Decide(state, input, now, deadlines);
        return transition.State.Status == OrderStatus.Shipped
            ? transition with { State = transition.State with { Deadline = null } }
            : transition;
    }

    private static OrderTransition IgnoreDeadlines(
        OrderState state, OrderInput input, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var transition = OrderProcess.Decide(state, input, now, deadlines);
        return input is DeadlinePassed && transition.State.Status == state.Status
            ? transition with { Events = [] }
            : transition;
    }

    private static OrderTransition GiveUpAtOnce(
        OrderState state, OrderInput input, DateTimeOffset now, OrderDeadlines deadlines) =>
        OrderProcess.Decide(
            state,
            input is DeadlinePassed && deadlines.TimeoutIn(state.Status) is not null ? new CancelRequested() : input,
            now,
            deadlines);

    private static OrderTransition EndWithTheParcel(
        OrderState state, OrderInput input, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var transition = OrderProcess.Decide(state, input, now, deadlines);
        return input is Orders.ShipmentStopped && state.Status == OrderStatus.Cancelling
            ? Ended(transition, now)
            : transition;
    }

    private static OrderTransition ReviveWithTheMoney(
        OrderState state, OrderInput input, DateTimeOffset now, OrderDeadlines deadlines) =>
        input is Orders.PaymentCaptured && state.Status == OrderStatus.Cancelled
            ? OrderProcess.Decide(
                state with { Status = OrderStatus.Placed, Payment = PaymentProgress.Asked }, input, now, deadlines)
            : OrderProcess.Decide(state, input, now, deadlines);

    private static OrderTransition Ended(OrderTransition transition, DateTimeOffset now) => new(
        transition.State with
        {
            Status = OrderStatus.Cancelled,
            Deadline = null,
            Version = transition.State.Version + 1,
        },
        [new OrderStatusChanged(
            transition.State.Facts.Id,
            transition.State.Facts.CustomerId,
            OrderStatus.Cancelled,
            transition.State.Version + 1,
            now,
            "")]);

    private static Orders.PaymentCancellationRequested MoneyBack(OrderFacts facts) =>
        new(facts.Id, facts.CustomerId, facts.Total, "");

    private static PaymentTransition VoidWhatWasSent(Guid orderId, PaymentState? state, PaymentInput input) =>
        input is Payments.PaymentCancellationRequested
            && state is { Status: PaymentStatus.Requested or PaymentStatus.Unknown }
            ? new(
                state with { Status = PaymentStatus.Voided, NextOperation = BankOperation.Nothing, Cancelled = true },
                [new Payments.PaymentVoided(orderId)])
            : PaymentProcess.Decide(orderId, state, input);

    private static PaymentTransition ChargeAgainThoughCancelled(Guid orderId, PaymentState? state, PaymentInput input)
    {
        var transition = PaymentProcess.Decide(orderId, state, input);
        return input is NoSuchCharge && transition.State.NextOperation == BankOperation.Void
            ? transition with { State = transition.State with { NextOperation = BankOperation.Charge } }
            : transition;
    }

    private static PaymentTransition IgnoreTheLateCapture(Guid orderId, PaymentState? state, PaymentInput input) =>
        PaymentProcess.Decide(
            orderId, state, input is Charged && state is { Cancelled: true, Captured: 0 } ? new Voided() : input);

    private static PaymentTransition TakeUnknownForDeclined(Guid orderId, PaymentState? state, PaymentInput input) =>
        PaymentProcess.Decide(orderId, state, input is UnknownOutcome ? new Declined("no answer") : input);

    private static PaymentTransition TakeUnknownForNotSent(Guid orderId, PaymentState? state, PaymentInput input) =>
        PaymentProcess.Decide(
            orderId,
            state,
            input is UnknownOutcome && state is { Attempts: > 0 } ? new NotSent(BankOperation.Charge) : input);

    private static PaymentTransition ForgetToAskTheBank(Guid orderId, PaymentState? state, PaymentInput input)
    {
        var transition = PaymentProcess.Decide(orderId, state, input);
        return input is Payments.PaymentCancellationRequested ? transition with { DueIn = null } : transition;
    }

    private static PaymentTransition AnswerOnce<TRepeated>(Guid orderId, PaymentState? state, PaymentInput input)
        where TRepeated : PaymentInput
    {
        var transition = PaymentProcess.Decide(orderId, state, input);
        return input is TRepeated && transition.State == state ? transition with { Events = [] } : transition;
    }

    private static PaymentTransition BookEachAnswer(Guid orderId, PaymentState? state, PaymentInput input)
    {
        var transition = PaymentProcess.Decide(orderId, state, input);
        return input is Charged && state is { Status: PaymentStatus.Captured }
            ? transition with { Booking = Booking.Capture }
            : transition;
    }

    private static ShipmentTransition AnswerARequestOnce(
        Guid orderId, ShipmentState? state, ShipmentInput input, DateTimeOffset now)
    {
        var transition = ShipmentProcess.Decide(orderId, state, input, now);
        return transition.State == state ? transition with { Events = [] } : transition;
    }

    private static ShipmentTransition StopWhatHasLeft(
        Guid orderId, ShipmentState? state, ShipmentInput input, DateTimeOffset now) =>
        input is Shipping.ShipmentCancellationRequested
            && state is { Status: ShipmentStatus.Dispatched or ShipmentStatus.InTransit }
            ? new(
                state with { Status = ShipmentStatus.Stopped, NextOperation = CarrierOperation.Nothing },
                [new Shipping.ShipmentStopped(orderId)])
            : ShipmentProcess.Decide(orderId, state, input, now);

    private static ShipmentTransition LetStoppedParcelsLeave(
        Guid orderId, ShipmentState? state, ShipmentInput input, DateTimeOffset now) =>
        input is Scanned && state is { Status: ShipmentStatus.Stopped }
            ? ShipmentProcess.Decide(
                orderId,
                state with { Status = ShipmentStatus.Created, NextOperation = CarrierOperation.Scan },
                input,
                now)
            : ShipmentProcess.Decide(orderId, state, input, now);

    private static ShipmentTransition RejectUnannounced(
        Guid orderId, ShipmentState? state, ShipmentInput input, DateTimeOffset now)
    {
        var transition = ShipmentProcess.Decide(orderId, state, input, now);
        return transition.State.Status == ShipmentStatus.Rejected ? transition with { Events = [] } : transition;
    }
}
