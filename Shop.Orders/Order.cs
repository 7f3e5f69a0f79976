using Microsoft.Extensions.Options;
using Shop.Messaging;
using Shop.Orders.Stock;
using Shop.ServiceDefaults;

namespace Shop.Orders;

internal enum OrderStatus
{
    Placed,
    Paid,
    Preparing,
    Shipped,
    Delivered,
    Cancelling,
    Cancelled,
}

/// <summary>A product as it was when it was ordered: later changes of the catalogue don't change it.</summary>
internal sealed record OrderLine(Guid ProductId, string Sku, string Name, int Quantity, Money UnitPrice);

internal sealed record Address(
    string Name, string Line1, string City, string PostalCode, string Country, string? Line2 = null);

internal sealed record HistoryEntry(OrderStatus Status, DateTimeOffset At, string Reason);

/// <summary>What was agreed when the order was placed; it never changes.</summary>
internal sealed record OrderFacts(
    Guid Id,
    Guid CustomerId,
    IReadOnlyList<OrderLine> Lines,
    Address ShipTo,
    Money Shipping,
    Money Total,
    string PaymentToken);

/// <summary>What Orders knows of the customer's money. Returned: nothing was charged, or all of it went back.</summary>
internal enum PaymentProgress
{
    Asked,
    Charged,
    Returned,
}

/// <summary>What Orders knows of the parcel. Stopped: it will never leave.</summary>
internal enum ParcelProgress
{
    NotAsked,
    Asked,
    Created,
    Left,
    Stopped,
}

/// <summary>All that decisions about an order depend on.</summary>
internal sealed record OrderState(
    OrderFacts Facts,
    OrderStatus Status,
    PaymentProgress Payment,
    ParcelProgress Parcel,
    DateTimeOffset Since,
    int RetryCount,
    DateTimeOffset? Deadline,
    string? CancelReason,
    int Version);

/// <summary>
/// An order is one row: its lines and history are documents in it, because they are only ever read with it. It changes
/// only by <see cref="OrderProcess"/>, and only along the arrows of <see cref="MayFollow"/>.
/// </summary>
internal sealed class Order
{
    private Order()
    {
    }

    public Guid Id { get; private init; }

    public Guid CustomerId { get; private init; }

    public IReadOnlyList<OrderLine> Lines { get; private init; } = [];

    public Address ShipTo { get; private set; } = null!; // EF Core sets it right after the constructor.

    public string Currency { get; private init; } = "";

    public long ShippingAmount { get; private init; }

    public long TotalAmount { get; private init; }

    public Money Shipping => new(ShippingAmount, Currency);

    public Money Total => new(TotalAmount, Currency);

    /// <summary>Empty when the order is anonymous.</summary>
    public string PaymentToken { get; private set; } = "";

    public DateTimeOffset PlacedAt { get; private init; }

    public OrderStatus Status { get; private set; }

    public PaymentProgress Payment { get; private set; }

    public ParcelProgress Parcel { get; private set; }

    /// <summary>When the order came into its status.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>How often the request was repeated whose answer the order waits for.</summary>
    public int RetryCount { get; private set; }

    /// <summary>When to repeat the request or give up; null when no answer is awaited any more.</summary>
    public DateTimeOffset? DeadlineAt { get; private set; }

    public string? CancelReason { get; private set; }

    public int Version { get; private set; }

    public IReadOnlyList<HistoryEntry> History { get; private set; } = [];

    public OrderFacts Facts => new(Id, CustomerId, Lines, ShipTo, Shipping, Total, PaymentToken);

    public OrderState State =>
        new(Facts, Status, Payment, Parcel, Since, RetryCount, DeadlineAt, CancelReason, Version);

    /// <summary>Checked: an overflow throws, and so do two currencies.</summary>
    public static Money GoodsTotal(IReadOnlyList<OrderLine> lines) =>
        Money.Sum(lines.Select(line => line.UnitPrice * line.Quantity), lines[0].UnitPrice.Currency);

    public static Order Place(OrderTransition first, DateTimeOffset now)
    {
        var facts = first.State.Facts;
        var order = new Order
        {
            Id = facts.Id,
            CustomerId = facts.CustomerId,
            Lines = facts.Lines,
            ShipTo = facts.ShipTo,
            Currency = facts.Total.Currency,
            ShippingAmount = facts.Shipping.Amount,
            TotalAmount = facts.Total.Amount,
            PaymentToken = facts.PaymentToken,
            PlacedAt = now,
            History = [new(OrderStatus.Placed, now, "We have your order and keep its items for you.")],
        };
        order.Store(first.State);
        return order;
    }

    /// <summary>Carries out a decision. Its events are to be published in the same transaction.</summary>
    public void Apply(OrderTransition transition)
    {
        foreach (var change in transition.Events.OfType<OrderStatusChanged>())
        {
            if (!MayFollow(Status, change.Status))
                throw new InvalidOperationException($"Order {Id} can't go from {Status} to {change.Status}.");

            Status = change.Status;
            History = [.. History, new(change.Status, change.At, change.Reason)];
        }

        Store(transition.State);
    }

    /// <summary>Forgets who ordered. The country stays, for taxes; an order under way still needs the rest.</summary>
    public void Anonymize()
    {
        if (Status is not (OrderStatus.Delivered or OrderStatus.Cancelled))
            throw new InvalidOperationException($"Order {Id} is {Status} and needs its address.");

        ShipTo = new("", "", "", "", ShipTo.Country);
        PaymentToken = "";
    }

    public static bool MayFollow(OrderStatus from, OrderStatus to) => (from, to) is
        (OrderStatus.Placed, OrderStatus.Paid or OrderStatus.Cancelling or OrderStatus.Cancelled)
        or (OrderStatus.Paid, OrderStatus.Preparing or OrderStatus.Cancelling)
        or (OrderStatus.Preparing, OrderStatus.Shipped or OrderStatus.Cancelling)
        or (OrderStatus.Shipped, OrderStatus.Delivered)
        or (OrderStatus.Cancelling, OrderStatus.Cancelled or OrderStatus.Shipped);

    private void Store(OrderState state)
    {
        Status = state.Status;
        Payment = state.Payment;
        Parcel = state.Parcel;
        Since = state.Since;
        RetryCount = state.RetryCount;
        DeadlineAt = state.Deadline;
        CancelReason = state.CancelReason;
        Version = state.Version;
    }
}

/// <summary>
/// Load under lock, decide, apply, publish: all in the caller's transaction, so all of it or nothing. The lock makes
/// events, cancellations and deadlines of one order queue.
/// </summary>
internal sealed class OrderProcessHandlers(IOptions<OrdersOptions> options, OrdersMetrics metrics, ILogger<Order> log)
{
    /// <summary>Handles any event of another service about an order.</summary>
    public static async Task On<TEvent>(TEvent input, OrdersDb db, EventContext context, CancellationToken cancel)
        where TEvent : OrderInput, IEvent
    {
        if (await db.Locks.LockAsync(input.Subject, cancel) is not ({ } order, var now))
            throw new InvalidOperationException($"There is no order {input.Subject}.");

        context.Services.GetRequiredService<OrderProcessHandlers>().Advance(db, order, input, now);
    }

    /// <summary>
    /// Decides about an order that is locked and carries it out; the caller saves, in a transaction, and commits.
    /// </summary>
    public void Advance(OrdersDb db, Order order, OrderInput input, DateTimeOffset now)
    {
        var transition = OrderProcess.Decide(order.State, input, now, options.Value.Deadlines);
        order.Apply(transition);
        foreach (var change in transition.Events.OfType<OrderStatusChanged>())
        {
            if (change.Status == OrderStatus.Cancelled)
            {
                db.StockMovements.AddRange(StockMovement.Release(order, now));
                log.Cancelled(order.Id);
            }
            else if (change.Status == OrderStatus.Shipped)
                db.StockMovements.AddRange(StockMovement.Sell(order, now));
        }

        db.PublishAll(transition.Events);
        metrics.Advanced(order, input, transition);
    }
}
