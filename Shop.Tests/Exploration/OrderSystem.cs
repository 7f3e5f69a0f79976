using System.Numerics;
using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;
using Pay = Shop.Tests.Exploration.PaymentsModel.Inputs;
using Ship = Shop.Tests.Exploration.ShippingModel.Inputs;

namespace Shop.Tests.Exploration;

/// <summary>
/// All that can happen next to one order: any message arrives, the customer cancels, time passes, a worker lives or
/// dies, the bank and the carrier decide, answer, answer late or don't answer. A move without effect counts as well:
/// it has to be shown that it has none.
/// </summary>
/// <param name="processes">The decisions of the three services.</param>
/// <param name="exact">Keep every difference between states, at the price that there is no end of them.</param>
/// <param name="operators">
/// Operators do what they may. In exchange no message gets lost for good: one that never arrives is as good as lost.
/// </param>
internal sealed class OrderSystem(Processes processes, bool exact = false, bool operators = false)
{
    /// <summary>More than one, because the lease of a slow worker runs out while it lives.</summary>
    private const int MostWorkers = 2;

    public OrdersModel Orders { get; } = new(processes, exact);

    public PaymentsModel Payments { get; } = new(processes, exact);

    public ShippingModel Shipping { get; } = new(processes, exact);

    public World Place()
    {
        var placed = Orders.Place();
        return new World() with { Order = placed.State, Payment = -1, Shipment = -1, OnTheWay = placed.Sent };
    }

    public void MovesIn(World world, List<Move> moves)
    {
        for (var rest = (uint)world.OnTheWay; rest != 0; rest &= rest - 1)
        {
            var message = (Messages)(1u << BitOperations.TrailingZeroCount(rest));
            moves.Add(Arrive(world, message));
            if (!operators)
                moves.Add(new("a message is lost", world with { OnTheWay = world.OnTheWay & ~message }));
        }

        var order = Orders[world.Order];
        if (OrderProcess.MayCancel(order.Status))
            moves.Add(Advance("the customer cancels", world, Orders.Cancel(world.Order)));
        if (order.Deadline is not null)
            moves.Add(PassDeadline(world));

        if (Payments[world.Payment] is { } payment)
        {
            WorkersMove(world, payment, moves);
            BankMoves(world, moves);
            BankAnswers(world, moves);
            if (operators && payment.IsRefundable)
                moves.Add(
                    Answer(
                        "an operator gives the money back",
                        world with { IsRefundedByOperator = true },
                        Pay.RefundRequested));
        }

        if (Shipping[world.Shipment] is { } shipment)
        {
            CarrierAnswers(world, shipment, moves);
            OperatorCommands("an operator holds the parcel", world, shipment, Ship.HoldRequested, moves);
            OperatorCommands("an operator releases the parcel", world, shipment, Ship.ReleaseRequested, moves);
            OperatorCommands("an operator hands the parcel over", world, shipment, Ship.DispatchRequested, moves);
        }
    }

    /// <summary>A message arrives, and may arrive again.</summary>
    public Move Arrive(World world, Messages message)
    {
        var name = NameOf(message);
        switch (message)
        {
            case Messages.PaymentRequested:
                return Change(name, world, Payments.Request(world.Payment));
            case Messages.PaymentCancellationRequested:
                return Change(name, world with { PaymentCancelled = true }, Payments.Cancel(world.Payment));
            case Messages.ShipmentRequested:
                return Change(name, world, Shipping.Request(world.Shipment));
            case Messages.ShipmentCancellationRequested:
                return Change(name, world, Shipping.Cancel(world.Shipment));
            default:
                return Advance(name, world, Orders.Receive(world.Order, message));
        }
    }

    public Move PassDeadline(World world) => Advance("the deadline passes", world, Orders.PassDeadline(world.Order));

    /// <summary>A worker stores what it is about to ask; only then it calls.</summary>
    public Move LeasePayment(World world)
    {
        var row = Payments[world.Payment]!;
        var name = row.State.NextOperation switch
        {
            BankOperation.Charge => "a worker intends to charge",
            BankOperation.Find => "a worker asks what became of the charge",
            BankOperation.Void => "a worker voids",
            _ => "a worker refunds",
        };
        var leased = Change(name, world, Payments.Apply(world.Payment, Pay.LeaseAcquired));
        return row.State.NextOperation switch
        {
            BankOperation.Charge => leased with
            {
                Next = leased.Next with { LeasedCharges = world.LeasedCharges + 1 },
                Broken = leased.Broken
                    ?? (world.PaymentCancelled ? "nothing is charged once Payments knows of the cancellation" : null)
                    ?? (row.HasToken ? null : "the token is kept as long as it can be charged"),
            },
            BankOperation.Find => leased with { Next = leased.Next with { ToBank = world.ToBank | BankTraffic.Find } },
            BankOperation.Void => leased with { Next = leased.Next with { ToBank = world.ToBank | BankTraffic.Void } },
            _ => leased with { Next = leased.Next with { ToBank = world.ToBank | BankTraffic.Refund } },
        };
    }

    public Move Answer(string name, World world, PaymentInput answer) =>
        Change(name, world, Payments.Apply(world.Payment, answer));

    public Move Answer(string name, World world, ShipmentInput answer) =>
        Change(name, world, Shipping.Apply(world.Shipment, answer));

    public BankTraffic ChargeCall(World world) =>
        processes.KeyOfCharge(Payments[world.Payment]!.State) == 0 ? BankTraffic.Charge : BankTraffic.ChargeAnew;

    private void WorkersMove(World world, PaymentsModel.Row payment, List<Move> moves)
    {
        if (payment.IsDue && (payment.State.NextOperation != BankOperation.Charge || world.LeasedCharges < MostWorkers))
            moves.Add(LeasePayment(world));

        if (world.LeasedCharges > 0)
        {
            var handed = world with { LeasedCharges = world.LeasedCharges - 1 };
            moves.Add(new("the charge goes to the bank", handed with { ToBank = world.ToBank | ChargeCall(world) }));
            moves.Add(Answer("the client holds the charge back", handed, Pay.ChargeNotSent));
            moves.Add(new("a worker dies before it charges", handed));
        }

        if (world.ToBank.HasFlag(BankTraffic.Find))
            moves.Add(Answer("the client holds a question back", world, Pay.FindNotSent));
        if (world.ToBank.HasFlag(BankTraffic.Void))
            moves.Add(Answer("the client holds a void back", world, Pay.VoidNotSent));
        if (world.ToBank.HasFlag(BankTraffic.Refund))
            moves.Add(Answer("the client holds a refund back", world, Pay.RefundNotSent));
    }

    /// <summary>What was sent reaches the bank, at once or long after everybody gave it up.</summary>
    private static void BankMoves(World world, List<Move> moves)
    {
        if (world.ToBank.HasFlag(BankTraffic.Charge) && world.First == Account.Unknown)
        {
            moves.Add(new("the bank charges", world with { First = Account.Charged }));
            moves.Add(new("the bank declines", world with { First = Account.Declined }));
            moves.Add(new("the bank begins to charge", world with { First = Account.Pending }));
        }

        if (world.ToBank.HasFlag(BankTraffic.ChargeAnew) && world.Second == Account.Unknown)
            moves.Add(new("the bank charges the second key", world with { Second = Account.Charged }));

        if (world.First == Account.Pending)
        {
            moves.Add(new("the bank finishes charging", world with { First = Account.Charged }));
            moves.Add(new("the bank declines after all", world with { First = Account.Declined }));
            moves.Add(
                new("the bank says it is at it", world with { ToBank = world.ToBank | BankTraffic.AnswerPending }));
        }

        if (world.ToBank.HasFlag(BankTraffic.Find) && world.First == Account.Unknown)
            moves.Add(
                new("the bank finds nothing", world with { ToBank = world.ToBank | BankTraffic.AnswerNoSuchCharge }));

        if (world.ToBank.HasFlag(BankTraffic.Void) && world.First == Account.Unknown)
            moves.Add(new("the bank voids", world with { First = Account.Voided }));

        if (world.ToBank.HasFlag(BankTraffic.Refund) && world.First != Account.Refunded)
        {
            moves.Add(new(
                "the bank refunds", world with { First = Account.Refunded },
                world.First == Account.Charged ? null : "only what was charged is refunded"));
        }
    }

    /// <summary>Answers may come late: what the bank said before it went on is still on its way.</summary>
    private void BankAnswers(World world, List<Move> moves)
    {
        if (world.ToBank == BankTraffic.None)
            return;

        moves.Add(Answer("a call to the bank times out", world, Pay.UnknownOutcome));
        if (world.First is Account.Charged or Account.Refunded || world.Second == Account.Charged)
            moves.Add(Answer("the bank's Charged arrives", world, Pay.Charged));
        if (world.First == Account.Refunded)
            moves.Add(Answer("the bank's Refunded arrives", world, Pay.Refunded));
        if (world.First == Account.Declined)
            moves.Add(Answer("the bank's Declined arrives", world, Pay.Declined));
        if (world.First == Account.Voided)
            moves.Add(Answer("the bank's Voided arrives", world, Pay.Voided));
        if (world.ToBank.HasFlag(BankTraffic.AnswerNoSuchCharge))
            moves.Add(Answer("the bank's NoSuchCharge arrives", world, Pay.NoSuchCharge));
        if (world.ToBank.HasFlag(BankTraffic.AnswerPending))
            moves.Add(Answer("the bank's Pending arrives", world, Pay.Pending));
    }

    /// <summary>The carrier has seen any part of the way, and its answers overtake each other.</summary>
    private void CarrierAnswers(World world, ShippingModel.Row shipment, List<Move> moves)
    {
        moves.Add(Answer("the carrier is silent", world, Ship.NoAnswer));
        if (shipment.State.TrackingNumber is null)
        {
            moves.Add(Answer("the carrier books", world, Ship.Booked));
            moves.Add(Answer("the carrier refuses", world, Ship.Refused));
            return;
        }

        moves.Add(Answer("the carrier books once more", world, Ship.Booked));
        moves.Add(Answer("the carrier has no news", world, Ship.NoNews));
        moves.Add(Answer("the carrier fetches the parcel", world, Ship.SeenLeaving));
        moves.Add(Answer("the carrier sees the parcel under way", world, Ship.SeenUnderWay));
        moves.Add(Answer("the carrier delivers the parcel", world, Ship.SeenDelivered));
    }

    private void OperatorCommands(
        string name, World world, ShippingModel.Row shipment, OperatorCommand command, List<Move> moves)
    {
        if (operators && ShipmentProcess.ObjectionTo(command, shipment.State) is null)
            moves.Add(Answer(name, world, command));
    }

    private static Move Advance(string name, World world, OrdersModel.Effect effect) => new(
        name,
        world with
        {
            Order = effect.State,
            OnTheWay = world.OnTheWay | effect.Sent,
            Released = world.Released + effect.Released,
            Sold = world.Sold + effect.Sold,
        },
        effect.Broken);

    private static Move Change(string name, World world, PaymentsModel.Effect effect) => new(
        name,
        world with
        {
            Payment = effect.State,
            OnTheWay = world.OnTheWay | effect.Told,
            Captures = world.Captures + effect.Captures,
            Refunds = world.Refunds + effect.Refunds,
        },
        effect.Broken);

    private static Move Change(string name, World world, ShippingModel.Effect effect) =>
        new(name, world with { Shipment = effect.State, OnTheWay = world.OnTheWay | effect.Told }, effect.Broken);

    private static string NameOf(Messages message) => message switch
    {
        Messages.PaymentRequested => nameof(Messages.PaymentRequested),
        Messages.PaymentCancellationRequested => nameof(Messages.PaymentCancellationRequested),
        Messages.ShipmentRequested => nameof(Messages.ShipmentRequested),
        Messages.ShipmentCancellationRequested => nameof(Messages.ShipmentCancellationRequested),
        Messages.PaymentCaptured => nameof(Messages.PaymentCaptured),
        Messages.PaymentDeclined => nameof(Messages.PaymentDeclined),
        Messages.PaymentVoided => nameof(Messages.PaymentVoided),
        Messages.PaymentRefunded => nameof(Messages.PaymentRefunded),
        Messages.ShipmentCreated => nameof(Messages.ShipmentCreated),
        Messages.ShipmentDispatched => nameof(Messages.ShipmentDispatched),
        Messages.ShipmentDelivered => nameof(Messages.ShipmentDelivered),
        Messages.ShipmentRejected => nameof(Messages.ShipmentRejected),
        _ => nameof(Messages.ShipmentStopped),
    };
}
