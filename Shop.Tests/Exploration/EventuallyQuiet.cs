using System.Numerics;
using Shop.Payments;
using Shop.Shipping;
using Pay = Shop.Tests.Exploration.PaymentsModel.Inputs;
using Ship = Shop.Tests.Exploration.ShippingModel.Inputs;

namespace Shop.Tests.Exploration;

/// <summary>
/// What becomes of a state when the faults stop: everything that was on its way is lost, from now on each message
/// arrives once, each call is answered, and time passes. Each order has to come to a good end then, wherever it was.
/// </summary>
internal sealed class EventuallyQuiet(OrderSystem shop)
{
    private readonly HashSet<World> _done = [];

    /// <summary>How many runs were followed to their end.</summary>
    public int Ends { get; private set; }

    /// <summary>The promise that is broken on the way to the end or at it; null when there is none.</summary>
    public (string? Broken, IReadOnlyList<string> Way) Check(World world)
    {
        var start = world.WithNothingUnderWay;
        if (!_done.Add(start))
            return (null, []);

        Ends += 2;
        var (broken, way) = Follow(start, isKind: true);
        return broken is null ? Follow(start, isKind: false) : (broken, way);
    }

    /// <param name="world">Where the faults stop.</param>
    /// <param name="isKind">Whether bank and carrier agree to what they still can turn down.</param>
    private (string? Broken, IReadOnlyList<string> Way) Follow(World world, bool isKind)
    {
        var way = new List<string> { "all that is on its way is lost, from here on all goes well" };
        var mustBeDelivered = isKind && Promises.MustBeDelivered(world, shop);
        for (var been = new HashSet<World>(); been.Add(world);)
        {
            if (Next(world, isKind) is not { } move)
            {
                var broken = Promises.BrokenAtRest(world, shop);
                var status = shop.Orders[world.Order].Status;
                if (broken is null && mustBeDelivered && status != Orders.OrderStatus.Delivered)
                    broken = "what nobody wants to cancel is delivered";
                return (broken, way);
            }

            way.Add(move.Name);
            world = move.Next;
            if ((move.Broken ?? Promises.BrokenIn(world, shop)) is { } wrong)
                return (wrong, way);
        }

        way.Add("and so on");
        return ("every order ends", way);
    }

    private Move? Next(World world, bool isKind)
    {
        if (world.OnTheWay != Messages.None)
        {
            var first = (Messages)(1 << BitOperations.TrailingZeroCount((uint)world.OnTheWay));
            return shop.Arrive(world with { OnTheWay = world.OnTheWay & ~first }, first);
        }

        if (world.First == Account.Pending)
            return new("the bank decides", world with { First = isKind ? Account.Charged : Account.Declined });
        if (shop.Payments[world.Payment] is { IsSettled: false, IsDue: true } payment)
            return Call(world, payment.State.NextOperation, isKind);
        var shipment = shop.Shipping[world.Shipment];
        if (shipment is { IsDue: true, State.NextOperation: not CarrierOperation.Nothing })
            return Ask(world, shipment.State, isKind);

        // An unkind operator never lets a parcel go that was held: then the order has to time out.
        if (isKind && shipment is { State.IsHeld: true })
            return shop.Answer("the operator releases the parcel", world, Ship.ReleaseRequested);

        return shop.Orders[world.Order].Deadline is null ? null : shop.PassDeadline(world);
    }

    private Move Call(World world, BankOperation operation, bool isKind)
    {
        var leased = shop.LeasePayment(world);
        if (leased.Broken is not null)
            return leased;

        var next = leased.Next with { LeasedCharges = 0, ToBank = BankTraffic.None };
        if (operation == BankOperation.Charge && shop.ChargeCall(leased.Next) == BankTraffic.ChargeAnew)
            next = next with { Second = Account.Charged };

        next = next with
        {
            First = (operation, next.First) switch
            {
                (BankOperation.Charge, Account.Unknown) => isKind ? Account.Charged : Account.Declined,
                (BankOperation.Void, Account.Unknown) => Account.Voided,
                (BankOperation.Refund, Account.Charged) => Account.Refunded,
                (_, var known) => known,
            },
        };
        return shop.Answer($"the bank is asked to {operation} and answers", next, next.First switch
        {
            Account.Charged => Pay.Charged,
            Account.Declined => Pay.Declined,
            Account.Voided => Pay.Voided,
            Account.Refunded => operation == BankOperation.Refund ? Pay.Refunded : Pay.Charged,
            _ => Pay.NoSuchCharge,
        });
    }

    private Move Ask(World world, ShipmentState shipment, bool isKind) => shop.Answer(
        $"the carrier is asked to {shipment.NextOperation} and answers",
        world,
        shipment.NextOperation == CarrierOperation.Book ? (isKind ? Ship.Booked : Ship.Refused)
        : shipment.Status switch
        {
            ShipmentStatus.Created => Ship.SeenLeaving,
            ShipmentStatus.Dispatched => Ship.SeenUnderWay,
            _ => Ship.SeenDelivered,
        });
}
