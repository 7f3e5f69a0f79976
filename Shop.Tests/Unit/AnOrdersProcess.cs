using Shop.Orders;

namespace Shop.Tests.Unit;

public class AnOrdersProcess
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

    private static readonly object Captured = new PaymentCaptured(Facts.Id);
    private static readonly object Declined = new PaymentDeclined(Facts.Id, "insufficient funds");
    private static readonly object Voided = new PaymentVoided(Facts.Id);
    private static readonly object Refunded = new PaymentRefunded(Facts.Id);
    private static readonly object Created = new ShipmentCreated(Facts.Id, "Nordpost", "NP1");
    private static readonly object Dispatched = new ShipmentDispatched(Facts.Id);
    private static readonly object Delivered = new ShipmentDelivered(Facts.Id);
    private static readonly object Rejected = new ShipmentRejected(Facts.Id, "nobody delivers there");
    private static readonly object Stopped = new ShipmentStopped(Facts.Id);
    private static readonly object Cancel = new CancelAsked();

    [Fact]
    public void Asks_for_the_payment_first_and_for_the_parcel_when_it_is_paid()
    {
        var placed = OrderProcess.Start(Facts, Noon, Deadlines);
        Assert.Single(placed.Events.OfType<PaymentRequested>());
        Assert.Empty(placed.Events.OfType<ShipmentRequested>());

        var paid = OrderProcess.Apply(placed.State, Captured, Noon, Deadlines);
        Assert.Equal(OrderStatus.Paid, paid.State.Status);
        Assert.Single(paid.Events.OfType<ShipmentRequested>());
    }

    [Fact]
    public void Ends_delivered_when_all_goes_well() =>
        Assert.Equal(OrderStatus.Delivered, After(Captured, Created, Dispatched, Delivered).State.Status);

    [Fact]
    public void Ends_cancelled_when_the_payment_is_declined() =>
        Assert.Equal(OrderStatus.Cancelled, After(Declined).State.Status);

    [Fact]
    public void Returns_the_money_only_when_the_parcel_is_sure_not_to_leave()
    {
        var cancelling = After(Captured, Created, Cancel);
        Assert.Single(cancelling.Events.OfType<ShipmentCancellationRequested>());
        Assert.Empty(cancelling.Events.OfType<PaymentCancellationRequested>());

        var stopped = OrderProcess.Apply(cancelling.State, Stopped, Noon, Deadlines);
        Assert.Single(stopped.Events.OfType<PaymentCancellationRequested>());
        Assert.Equal(OrderStatus.Cancelled, OrderProcess.Apply(stopped.State, Refunded, Noon, Deadlines).State.Status);
    }

    [Fact]
    public void Refunds_a_charge_that_comes_after_the_cancellation()
    {
        var late = After(Cancel, Captured);

        Assert.Equal(OrderStatus.Cancelling, late.State.Status);
        Assert.Single(late.Events.OfType<PaymentCancellationRequested>());
        Assert.Equal(OrderStatus.Cancelled, OrderProcess.Apply(late.State, Refunded, Noon, Deadlines).State.Status);
    }

    [Fact]
    public void Goes_on_to_the_customer_when_the_parcel_left_before_it_could_be_stopped() =>
        Assert.Equal(OrderStatus.Delivered, After(Captured, Created, Cancel, Dispatched, Delivered).State.Status);

    [Fact]
    public void Returns_the_money_when_nobody_delivers_there()
    {
        var rejected = After(Captured, Rejected);

        Assert.Equal(OrderStatus.Cancelling, rejected.State.Status);
        Assert.Single(rejected.Events.OfType<PaymentCancellationRequested>());
    }

    [Fact]
    public void Takes_every_answer_twice_without_a_second_effect()
    {
        object[] happened = [Captured, Created, Dispatched, Delivered];
        var state = OrderProcess.Start(Facts, Noon, Deadlines).State;
        foreach (var one in happened)
        {
            state = OrderProcess.Apply(state, one, Noon, Deadlines).State;
            var again = OrderProcess.Apply(state, one, Noon, Deadlines);

            Assert.Equal(state, again.State);
            Assert.Empty(again.Events);
        }
    }

    [Fact]
    public void Never_leaves_a_final_state()
    {
        foreach (var end in new[] { After(Declined).State, After(Captured, Created, Dispatched, Delivered).State })
        {
            foreach (var news in new[] { Captured, Declined, Voided, Refunded, Created, Dispatched, Delivered, Rejected, Stopped, Cancel })
            {
                var step = OrderProcess.Apply(end, news, Noon, Deadlines);

                Assert.Equal(end, step.State);
                Assert.Empty(step.Events);
            }
        }
    }

    [Fact]
    public void Asks_again_until_its_patience_ends_and_then_cancels()
    {
        var step = OrderProcess.Start(Facts, Noon, Deadlines);
        var asked = 0;
        while (step.State.Status == OrderStatus.Placed)
        {
            step = OrderProcess.Apply(step.State, new DeadlinePassed(), step.Deadline!.Value, Deadlines);
            asked += step.Events.OfType<PaymentRequested>().Count();
            Assert.InRange(asked, 0, 20);
        }

        Assert.InRange(asked, 3, 20);
        Assert.Equal(OrderStatus.Cancelling, step.State.Status);
        Assert.Single(step.Events.OfType<PaymentCancellationRequested>());
    }

    [Fact]
    public void Always_has_a_deadline_until_it_ends()
    {
        Assert.NotNull(After().Deadline);
        Assert.NotNull(After(Captured).Deadline);
        Assert.NotNull(After(Captured, Created).Deadline);
        Assert.NotNull(After(Captured, Created, Dispatched).Deadline);
        Assert.NotNull(After(Cancel).Deadline);
        Assert.Null(After(Captured, Created, Dispatched, Delivered).Deadline);
        Assert.Null(After(Declined).Deadline);
    }

    private static Step After(params object[] happened) =>
        happened.Aggregate(OrderProcess.Start(Facts, Noon, Deadlines), (step, news) => OrderProcess.Apply(step.State, news, Noon, Deadlines));
}
