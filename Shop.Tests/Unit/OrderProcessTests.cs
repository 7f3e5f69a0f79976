using Shop.Orders;

namespace Shop.Tests.Unit;

public class OrderProcessTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderDeadlines Deadlines = new();
    private static readonly OrderFacts Facts = new(
        Guid.CreateVersion7(),
        Guid.CreateVersion7(),
        [new(Guid.CreateVersion7(), "LAMP-1", "Lamp", 2, new(1000, "EUR"))],
        new("Ada", "Street 1", "Berlin", "10115", "DE"),
        new(490, "EUR"),
        new(2490, "EUR"),
        "tok_visa");

    private static readonly OrderInput Captured = new PaymentCaptured(Facts.Id);
    private static readonly OrderInput Declined = new PaymentDeclined(Facts.Id, "insufficient funds");
    private static readonly OrderInput Voided = new PaymentVoided(Facts.Id);
    private static readonly OrderInput Refunded = new PaymentRefunded(Facts.Id);
    private static readonly OrderInput Created = new ShipmentCreated(Facts.Id, "Nordpost", "NP1");
    private static readonly OrderInput Dispatched = new ShipmentDispatched(Facts.Id);
    private static readonly OrderInput Delivered = new ShipmentDelivered(Facts.Id);
    private static readonly OrderInput Rejected = new ShipmentRejected(Facts.Id, "nobody delivers there");
    private static readonly OrderInput Stopped = new ShipmentStopped(Facts.Id);
    private static readonly OrderInput Cancel = new CancelRequested();

    private static readonly OrderInput[] All =
    [
        Captured, Declined, Voided, Refunded, Created, Dispatched, Delivered, Rejected, Stopped, Cancel,
        new DeadlinePassed(),
    ];

    [Fact]
    public void Every_kind_of_input_is_decided()
    {
        Assert.Equal(Kinds.Of<OrderInput>(), Kinds.Of(All));
        foreach (var state in new[] { After(), After(Captured), After(Captured, Created), After(Cancel) })
            Assert.All(All, input => Kinds.AssertKnown(() => OrderProcess.Decide(state.State, input, Noon, Deadlines)));
    }

    [Fact]
    public void A_placed_order_requests_its_payment_and_a_paid_order_its_shipment()
    {
        var placed = OrderProcess.Start(Facts, Noon, Deadlines);
        Assert.Single(placed.Events.OfType<PaymentRequested>());
        Assert.Empty(placed.Events.OfType<ShipmentRequested>());

        var paid = OrderProcess.Decide(placed.State, Captured, Noon, Deadlines);
        Assert.Equal(OrderStatus.Paid, paid.State.Status);
        Assert.Single(paid.Events.OfType<ShipmentRequested>());
    }

    [Fact]
    public void An_order_without_trouble_is_delivered() =>
        Assert.Equal(OrderStatus.Delivered, After(Captured, Created, Dispatched, Delivered).State.Status);

    [Fact]
    public void A_declined_payment_cancels_the_order() =>
        Assert.Equal(OrderStatus.Cancelled, After(Declined).State.Status);

    [Fact]
    public void A_cancelled_order_is_refunded_only_after_its_shipment_is_stopped()
    {
        var cancelling = After(Captured, Created, Cancel);
        Assert.Single(cancelling.Events.OfType<ShipmentCancellationRequested>());
        Assert.Empty(cancelling.Events.OfType<PaymentCancellationRequested>());

        var stopped = OrderProcess.Decide(cancelling.State, Stopped, Noon, Deadlines);
        Assert.Single(stopped.Events.OfType<PaymentCancellationRequested>());
        Assert.Equal(OrderStatus.Cancelled, OrderProcess.Decide(stopped.State, Refunded, Noon, Deadlines).State.Status);
    }

    [Fact]
    public void A_charge_after_the_cancellation_is_refunded()
    {
        var late = After(Cancel, Captured);

        Assert.Equal(OrderStatus.Cancelling, late.State.Status);
        Assert.Single(late.Events.OfType<PaymentCancellationRequested>());
        Assert.Equal(OrderStatus.Cancelled, OrderProcess.Decide(late.State, Refunded, Noon, Deadlines).State.Status);
    }

    [Fact]
    public void An_order_whose_parcel_left_before_it_was_stopped_is_delivered() =>
        Assert.Equal(OrderStatus.Delivered, After(Captured, Created, Cancel, Dispatched, Delivered).State.Status);

    [Fact]
    public void A_rejected_shipment_is_refunded()
    {
        var rejected = After(Captured, Rejected);

        Assert.Equal(OrderStatus.Cancelling, rejected.State.Status);
        Assert.Single(rejected.Events.OfType<PaymentCancellationRequested>());
    }

    [Fact]
    public void A_repeated_event_has_no_second_effect()
    {
        OrderInput[] inputs = [Captured, Created, Dispatched, Delivered];
        var state = OrderProcess.Start(Facts, Noon, Deadlines).State;
        foreach (var one in inputs)
        {
            state = OrderProcess.Decide(state, one, Noon, Deadlines).State;
            var again = OrderProcess.Decide(state, one, Noon, Deadlines);

            Assert.Equal(state, again.State);
            Assert.Empty(again.Events);
        }
    }

    [Fact]
    public void A_final_state_is_never_left()
    {
        foreach (var end in new[] { After(Declined).State, After(Captured, Created, Dispatched, Delivered).State })
        {
            foreach (var input in All)
            {
                var next = OrderProcess.Decide(end, input, Noon, Deadlines);

                Assert.Equal(end, next.State);
                Assert.Empty(next.Events);
            }
        }
    }

    [Fact]
    public void A_request_without_an_answer_is_repeated_until_the_time_out_cancels_the_order()
    {
        var next = OrderProcess.Start(Facts, Noon, Deadlines);
        var requests = 0;
        while (next.State.Status == OrderStatus.Placed)
        {
            next = OrderProcess.Decide(next.State, new DeadlinePassed(), next.Deadline!.Value, Deadlines);
            requests += next.Events.OfType<PaymentRequested>().Count();
            Assert.InRange(requests, 0, 20);
        }

        Assert.InRange(requests, 3, 20);
        Assert.Equal(OrderStatus.Cancelling, next.State.Status);
        Assert.Single(next.Events.OfType<PaymentCancellationRequested>());
    }

    [Fact]
    public void Every_state_but_the_final_ones_has_a_deadline()
    {
        Assert.NotNull(After().Deadline);
        Assert.NotNull(After(Captured).Deadline);
        Assert.NotNull(After(Captured, Created).Deadline);
        Assert.NotNull(After(Captured, Created, Dispatched).Deadline);
        Assert.NotNull(After(Cancel).Deadline);
        Assert.Null(After(Captured, Created, Dispatched, Delivered).Deadline);
        Assert.Null(After(Declined).Deadline);
    }

    private static OrderTransition After(params OrderInput[] inputs) => inputs.Aggregate(
        OrderProcess.Start(Facts, Noon, Deadlines),
        (before, input) => OrderProcess.Decide(before.State, input, Noon, Deadlines));
}
