using Shop.Shipping;

namespace Shop.Tests.Unit;

public class AShipmentsProcess
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly Happening Again = new AskedAgain();
    private static readonly Happening Cancel = new CancellationAsked();
    private static readonly Happening Book = new Booked("Nordpost", "NP1", Pace);
    private static readonly Happening Refuse = new Refused("Nordpost does not deliver there.");
    private static readonly Happening Leave = new Scanned(ShipmentStatus.Dispatched, "Lübeck", Pace);
    private static readonly Happening Travel = new Scanned(ShipmentStatus.InTransit, "Hamburg", Pace);
    private static readonly Happening Arrive = new Scanned(ShipmentStatus.Delivered, "Berlin", Pace);
    private static readonly Happening Hold = new HoldAsked(Rest);
    private static readonly Happening Release = new ReleaseAsked();
    private static readonly Happening Dispatch = new DispatchAsked();

    [Fact]
    public void Goes_from_the_booking_to_the_door_and_tells_each_step_once()
    {
        Assert.Equal([Outcome.Created], After(Book).Tell);
        Assert.Equal([Outcome.Dispatched], After(Book, Leave).Tell);
        Assert.Empty(After(Book, Leave, Travel).Tell);

        var arrived = After(Book, Leave, Travel, Arrive);
        Assert.Equal([Outcome.Delivered], arrived.Tell);
        Assert.Equal((ShipmentStatus.Delivered, CarrierAsk.Nothing), (arrived.State.Status, arrived.State.Ask));
    }

    [Fact]
    public void Tells_what_the_carrier_skipped() =>
        Assert.Equal([Outcome.Dispatched, Outcome.Delivered], After(Book, Arrive).Tell);

    [Fact]
    public void Ends_rejected_when_the_carrier_refuses()
    {
        var refused = After(Refuse);

        Assert.Equal((ShipmentStatus.Rejected, CarrierAsk.Nothing), (refused.State.Status, refused.State.Ask));
        Assert.Equal([Outcome.Rejected], refused.Tell);
    }

    [Fact]
    public void Stops_before_it_leaves_and_takes_no_notice_of_late_news()
    {
        var stopped = After(Book, Cancel);

        Assert.Equal(ShipmentStatus.Stopped, stopped.State.Status);
        Assert.Equal([Outcome.Stopped], stopped.Tell);
        foreach (var late in new[] { Book, Refuse, Leave, Arrive })
            Assert.Equal(stopped.State, Apply(stopped.State, late).State);
    }

    [Fact]
    public void Answers_that_it_has_left_when_it_is_cancelled_too_late()
    {
        Assert.Equal([Outcome.Dispatched], After(Book, Leave, Cancel).Tell);
        Assert.Equal([Outcome.Dispatched, Outcome.Delivered], After(Book, Leave, Arrive, Cancel).Tell);
        Assert.Equal(ShipmentStatus.Delivered, After(Book, Leave, Cancel, Arrive).State.Status);
    }

    [Fact]
    public void Turns_the_request_away_at_the_tombstone_of_a_cancellation_that_was_quicker() =>
        Assert.Equal([Outcome.Stopped], Apply(ShipmentProcess.CancelBeforeRequest().State, Again).Tell);

    [Fact]
    public void Takes_every_news_twice_without_a_second_effect()
    {
        foreach (var news in new[] { Book, Leave, Travel, Arrive })
        {
            var once = After([Book, .. news == Book ? [] : new[] { Leave }, news]);
            var twice = Apply(once.State, news);

            Assert.Equal(once.State, twice.State);
            Assert.Empty(twice.Tell);
        }
    }

    [Fact]
    public void Tells_the_whole_story_to_whoever_asks_again()
    {
        Assert.Empty(After(Again).Tell);
        Assert.Equal([Outcome.Created], After(Book, Again).Tell);
        Assert.Equal([Outcome.Created, Outcome.Dispatched, Outcome.Delivered], After(Book, Leave, Arrive, Again).Tell);
    }

    [Fact]
    public void Does_not_move_while_it_is_held_and_then_goes_on_where_it_stood()
    {
        var held = After(Book, Hold);
        Assert.True(held.State.IsHeld);
        Assert.Equal(held.State, Apply(held.State, Leave).State);

        var released = Apply(held.State, Release);
        Assert.False(released.State.IsHeld);
        Assert.Equal(Rest, released.AskIn);
        Assert.Equal(ShipmentStatus.Dispatched, Apply(released.State, Leave).State.Status);
    }

    [Fact]
    public void Keeps_a_booking_that_came_while_it_was_held()
    {
        var held = After(Hold, Book);

        Assert.Equal(("NP1", true), (held.State.TrackingNumber, held.State.IsHeld));
        Assert.Equal(Pace, Apply(held.State, Release).AskIn);
    }

    [Fact]
    public void Stops_when_it_is_cancelled_while_held()
    {
        var stopped = After(Book, Hold, Cancel);

        Assert.Equal((ShipmentStatus.Stopped, false), (stopped.State.Status, stopped.State.IsHeld));
        Assert.Equal([Outcome.Stopped], stopped.Tell);
    }

    [Fact]
    public void Is_dispatched_by_hand_and_then_travels_on()
    {
        var dispatched = After(Book, Dispatch);
        Assert.Equal((ShipmentStatus.Dispatched, Noon), (dispatched.State.Status, dispatched.State.DispatchedAt));
        Assert.Equal([Outcome.Dispatched], dispatched.Tell);
        Assert.Empty(Apply(dispatched.State, Leave).Tell);
        Assert.Equal(ShipmentStatus.InTransit, Apply(dispatched.State, Travel).State.Status);
    }

    [Fact]
    public void Objects_to_what_an_operator_can_not_have()
    {
        Assert.NotNull(ShipmentProcess.ObjectionTo(Release, After(Book).State));
        Assert.NotNull(ShipmentProcess.ObjectionTo(Hold, After(Book, Hold).State));
        Assert.NotNull(ShipmentProcess.ObjectionTo(Dispatch, After().State));
        Assert.NotNull(ShipmentProcess.ObjectionTo(Dispatch, After(Book, Hold).State));
        foreach (var end in new[] { After(Book, Leave), After(Refuse), After(Cancel), After(Book, Arrive) })
        {
            Assert.All([Hold, Release, Dispatch], wish => Assert.NotNull(ShipmentProcess.ObjectionTo(wish, end.State)));
            Assert.Throws<InvalidOperationException>(() => Apply(end.State, Hold));
        }

        Assert.Null(ShipmentProcess.ObjectionTo(Hold, After().State));
    }

    private static Step Apply(ShipmentState state, Happening happening) => ShipmentProcess.Apply(state, happening, Noon);

    private static Step After(params Happening[] happened) =>
        happened.Aggregate(ShipmentProcess.Request(), (step, happening) => Apply(step.State, happening));
}
