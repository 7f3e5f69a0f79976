using Shop.Shipping;

namespace Shop.Tests.Unit;

public class ShipmentProcessTests
{
    private static readonly Guid OrderId = Guid.CreateVersion7();
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly ShipmentInput Request = new ShipmentRequested(
        OrderId, Guid.Empty, new("Ada", "Street 1", null, "Berlin", "10115", "DE"), []);
    private static readonly ShipmentInput Cancel = new ShipmentCancellationRequested(OrderId, Guid.Empty);
    private static readonly ShipmentInput Book = new Booked("Nordpost", "NP1", Pace);
    private static readonly ShipmentInput Refuse = new Refused("Nordpost does not deliver there.");
    private static readonly ShipmentInput Leave = new Scanned(ShipmentStatus.Dispatched, "Lübeck", Pace);
    private static readonly ShipmentInput Travel = new Scanned(ShipmentStatus.InTransit, "Hamburg", Pace);
    private static readonly ShipmentInput Arrive = new Scanned(ShipmentStatus.Delivered, "Berlin", Pace);
    private static readonly OperatorCommand Hold = new HoldRequested(Rest);
    private static readonly OperatorCommand Release = new ReleaseRequested();
    private static readonly OperatorCommand Dispatch = new DispatchRequested();

    [Fact]
    public void Each_step_from_the_booking_to_the_door_is_published_once()
    {
        Assert.Equal([typeof(ShipmentCreated)], Published(After(Book)));
        Assert.Equal([typeof(ShipmentDispatched)], Published(After(Book, Leave)));
        Assert.Empty(After(Book, Leave, Travel).Events);

        var arrived = After(Book, Leave, Travel, Arrive);
        Assert.Equal([typeof(ShipmentDelivered)], Published(arrived));
        Assert.Equal(
            (ShipmentStatus.Delivered, CarrierOperation.Nothing), (arrived.State.Status, arrived.State.NextOperation));
    }

    [Fact]
    public void A_step_that_the_carrier_skipped_is_published() =>
        Assert.Equal([typeof(ShipmentDispatched), typeof(ShipmentDelivered)], Published(After(Book, Arrive)));

    [Fact]
    public void A_parcel_that_the_carrier_refuses_is_rejected()
    {
        var refused = After(Refuse);

        Assert.Equal(
            (ShipmentStatus.Rejected, CarrierOperation.Nothing), (refused.State.Status, refused.State.NextOperation));
        Assert.Equal([typeof(ShipmentRejected)], Published(refused));
    }

    [Fact]
    public void A_shipment_is_stopped_before_it_leaves_and_late_answers_have_no_effect()
    {
        var stopped = After(Book, Cancel);

        Assert.Equal(ShipmentStatus.Stopped, stopped.State.Status);
        Assert.Equal([typeof(ShipmentStopped)], Published(stopped));
        foreach (var late in new[] { Book, Refuse, Leave, Arrive })
            Assert.Equal(stopped.State, Decide(stopped.State, late).State);
    }

    [Fact]
    public void A_late_cancellation_is_answered_with_what_has_happened()
    {
        Assert.Equal([typeof(ShipmentDispatched)], Published(After(Book, Leave, Cancel)));
        Assert.Equal(
            [typeof(ShipmentDispatched), typeof(ShipmentDelivered)], Published(After(Book, Leave, Arrive, Cancel)));
        Assert.Equal(ShipmentStatus.Delivered, After(Book, Leave, Cancel, Arrive).State.Status);
    }

    [Fact]
    public void A_request_after_its_cancellation_is_answered_and_nothing_is_shipped() =>
        Assert.Equal(
            [typeof(ShipmentStopped)],
            Published(Decide(ShipmentProcess.Decide(OrderId, null, Cancel, Noon).State, Request)));

    [Fact]
    public void A_repeated_answer_has_no_second_effect()
    {
        foreach (var answer in new[] { Book, Leave, Travel, Arrive })
        {
            var once = After([Book, .. answer == Book ? [] : new[] { Leave }, answer]);
            var twice = Decide(once.State, answer);

            Assert.Equal(once.State, twice.State);
            Assert.Empty(twice.Events);
        }
    }

    [Fact]
    public void A_repeated_request_is_answered_with_all_that_has_happened()
    {
        Assert.Empty(After(Request).Events);
        Assert.Equal([typeof(ShipmentCreated)], Published(After(Book, Request)));
        Assert.Equal(
            [typeof(ShipmentCreated), typeof(ShipmentDispatched), typeof(ShipmentDelivered)],
            Published(After(Book, Leave, Arrive, Request)));
    }

    [Fact]
    public void A_held_parcel_does_not_move_and_continues_where_it_stood()
    {
        var held = After(Book, Hold);
        Assert.True(held.State.IsHeld);
        Assert.Equal(held.State, Decide(held.State, Leave).State);

        var released = Decide(held.State, Release);
        Assert.False(released.State.IsHeld);
        Assert.Equal(Rest, released.DueIn);
        Assert.Equal(ShipmentStatus.Dispatched, Decide(released.State, Leave).State.Status);
    }

    [Fact]
    public void A_booking_of_a_held_parcel_is_kept()
    {
        var held = After(Hold, Book);

        Assert.Equal(("NP1", true), (held.State.TrackingNumber, held.State.IsHeld));
        Assert.Equal(Pace, Decide(held.State, Release).DueIn);
    }

    [Fact]
    public void A_held_parcel_is_stopped_when_it_is_cancelled()
    {
        var stopped = After(Book, Hold, Cancel);

        Assert.Equal((ShipmentStatus.Stopped, false), (stopped.State.Status, stopped.State.IsHeld));
        Assert.Equal([typeof(ShipmentStopped)], Published(stopped));
    }

    [Fact]
    public void A_parcel_that_an_operator_dispatched_travels_on()
    {
        var dispatched = After(Book, Dispatch);
        Assert.Equal((ShipmentStatus.Dispatched, Noon), (dispatched.State.Status, dispatched.State.DispatchedAt));
        Assert.Equal([typeof(ShipmentDispatched)], Published(dispatched));
        Assert.Empty(Decide(dispatched.State, Leave).Events);
        Assert.Equal(ShipmentStatus.InTransit, Decide(dispatched.State, Travel).State.Status);
    }

    [Fact]
    public void A_command_that_can_not_be_carried_out_is_refused()
    {
        Assert.NotNull(ShipmentProcess.ObjectionTo(Release, After(Book).State));
        Assert.NotNull(ShipmentProcess.ObjectionTo(Hold, After(Book, Hold).State));
        Assert.NotNull(ShipmentProcess.ObjectionTo(Dispatch, After().State));
        Assert.NotNull(ShipmentProcess.ObjectionTo(Dispatch, After(Book, Hold).State));
        foreach (var end in new[] { After(Book, Leave), After(Refuse), After(Cancel), After(Book, Arrive) })
        {
            Assert.All(
                [Hold, Release, Dispatch], command => Assert.NotNull(ShipmentProcess.ObjectionTo(command, end.State)));
            Assert.Throws<InvalidOperationException>(() => Decide(end.State, Hold));
        }

        Assert.Null(ShipmentProcess.ObjectionTo(Hold, After().State));
    }

    [Fact]
    public void Every_kind_of_input_is_decided()
    {
        ShipmentInput[] all =
            [Request, Cancel, Book, Refuse, Leave, Travel, Arrive, new NoAnswer(), Hold, Release, Dispatch];

        Assert.Equal(Kinds.Of<ShipmentInput>(), Kinds.Of(all));
        ShipmentTransition[] reached = [After(), After(Book), After(Book, Hold), After(Book, Leave), After(Cancel)];
        foreach (var state in reached.Select(after => after.State).Append(null))
            Assert.All(all, input => Kinds.AssertKnown(() => ShipmentProcess.Decide(OrderId, state, input, Noon)));
    }

    private static IEnumerable<Type> Published(ShipmentTransition transition) =>
        transition.Events.Select(published => published.GetType());

    private static ShipmentTransition Decide(ShipmentState state, ShipmentInput input) =>
        ShipmentProcess.Decide(OrderId, state, input, Noon);

    private static ShipmentTransition After(params ShipmentInput[] inputs) => inputs.Aggregate(
        ShipmentProcess.Decide(OrderId, state: null, Request, Noon), (before, input) => Decide(before.State, input));
}
