using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;

namespace Shop.Tests.Exploration;

/// <summary>What Shop promises about an order (DESIGN 4, FAULTS 3).</summary>
internal static class Promises
{
    /// <summary>
    /// The promise that is broken now, if any: these hold always, not only in the end.
    /// </summary>
    public static string? BrokenIn(World world, OrderSystem shop)
    {
        var order = shop.Orders[world.Order];
        var payment = shop.Payments[world.Payment];
        var shipment = shop.Shipping[world.Shipment];
        var isCancelled = order.Status == OrderStatus.Cancelled;
        var hasShipped = order.Status is OrderStatus.Shipped or OrderStatus.Delivered;

        if (world.TimesCharged > 1)
            return "no order is charged twice";
        if (isCancelled && world.IsMoneyTaken)
            return "a cancelled order costs nothing";
        if (isCancelled && shipment is { HasLeft: true })
            return "no parcel of a cancelled order leaves";
        if (shipment is { HasLeft: true } && !world.IsPaid)
            return "no unpaid parcel leaves";
        if (hasShipped && !world.IsPaid)
            return "a shipped order is charged exactly once";
        if (hasShipped && shipment is not { HasLeft: true })
            return "no order is called shipped while its parcel is here";

        if (world.Released != (isCancelled ? 1 : 0))
            return "the stock comes back exactly once, when the order is cancelled";
        if (world.Sold != (hasShipped ? 1 : 0))
            return "the stock is sold exactly once, when the parcel leaves";

        if (order.Deadline is null != order.Status is OrderStatus.Delivered or OrderStatus.Cancelled)
            return "an order has a deadline until it ends";
        if (payment is { IsSettled: false, IsDue: false })
            return "a payment that is not settled is due at some time";
        if (shipment is { State: { NextOperation: not CarrierOperation.Nothing, IsHeld: false }, IsDue: false })
            return "a shipment that is not settled is due at some time";

        return payment is null ? null : BrokenBy(payment, world);
    }

    private static string? BrokenBy(PaymentsModel.Row payment, World world)
    {
        var (captures, refunds) = payment.State.Status switch
        {
            PaymentStatus.Captured => (1, 0),
            PaymentStatus.Refunded => (1, 1),
            _ => (0, 0),
        };
        if ((world.Captures, world.Refunds) != (captures, refunds))
            return "each capture and each refund is booked exactly once";
        if (world.Captures > world.TimesCharged || (world.Refunds > 0 && world.First != Account.Refunded))
            return "nothing is booked that the bank did not do";
        if (payment.State.Status is PaymentStatus.Voided or PaymentStatus.Declined && world.IsMoneyTaken)
            return "nobody is told that nothing was charged while the bank has the money";

        return null;
    }

    /// <summary>The promise that is broken once nothing more will happen by itself.</summary>
    public static string? BrokenAtRest(World world, OrderSystem shop)
    {
        var order = shop.Orders[world.Order];
        if (order.Status is not (OrderStatus.Delivered or OrderStatus.Cancelled))
            return "every order ends";

        var payment = shop.Payments[world.Payment];
        if (payment is { IsSettled: false })
            return "every payment is settled";

        // Payments may never have heard of an order whose customer cancelled it, but then the bank has not either.
        if (payment is null && world.First != Account.Unknown)
            return "the bank charges nothing that Payments does not know of";
        if (world.Captures != world.TimesCharged || world.Refunds != (world.First == Account.Refunded ? 1 : 0))
            return "the ledger ends as the bank's own books do";

        return null;
    }

    /// <summary>
    /// Whether an order has to end delivered from here on, if from here on all goes well: nobody wants it cancelled,
    /// nobody turned it down, and there is time to repeat requests.
    /// </summary>
    public static bool MustBeDelivered(World world, OrderSystem shop)
    {
        var shipment = shop.Shipping[world.Shipment]?.State.Status;
        if (world.PaymentCancelled || world.IsRefundedByOperator)
            return false;
        if (shipment is ShipmentStatus.Rejected or ShipmentStatus.Stopped)
            return false;

        return shop.Orders[world.Order].Status switch
        {
            OrderStatus.Placed => shop.Orders.HasTimeToRetry(world.Order)
                && world.First is Account.Unknown or Account.Pending or Account.Charged,
            OrderStatus.Paid or OrderStatus.Preparing => shop.Orders.HasTimeToRetry(world.Order),
            OrderStatus.Shipped or OrderStatus.Delivered => true,
            _ => false,
        };
    }
}
