using Shop.Orders;

namespace Shop.Tests.Exploration;

/// <summary>
/// Orders' side of the world. Time is counted from now: between two deadlines it does not matter how much of it passes.
/// Unless <paramref name="exact"/>, states that can't behave differently count as one, so that there are finitely many.
/// </summary>
internal sealed class OrdersModel(Processes processes, bool exact)
{
    private const int EnoughRetries = 2;

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    // As short as they can be while each request is repeated before the process gives up.
    private static readonly OrderDeadlines Deadlines = new()
    {
        FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromSeconds(2),
        Payment = TimeSpan.FromSeconds(3),
        Shipment = TimeSpan.FromSeconds(3),
        Dispatch = TimeSpan.FromSeconds(3),
    };

    private static readonly OrderFacts Facts = new(
        Guid.CreateVersion7(),
        Guid.CreateVersion7(),
        [new(Guid.CreateVersion7(), "LAMP-1", "Lamp", 1, new(2000, "EUR"))],
        new("Ada", "Street 1", "Berlin", "10115", "DE"),
        new(490, "EUR"),
        new(2490, "EUR"),
        "tok_visa");

    private static readonly OrderInput CancelRequested = new CancelRequested();
    private static readonly OrderInput DeadlinePassed = new DeadlinePassed();
    private static readonly Dictionary<Messages, OrderInput> Events = new()
    {
        [Messages.PaymentCaptured] = new PaymentCaptured(Facts.Id),
        [Messages.PaymentDeclined] = new PaymentDeclined(Facts.Id, "no money"),
        [Messages.PaymentVoided] = new PaymentVoided(Facts.Id),
        [Messages.PaymentRefunded] = new PaymentRefunded(Facts.Id),
        [Messages.ShipmentCreated] = new ShipmentCreated(Facts.Id, "Nordpost", "NP1"),
        [Messages.ShipmentDispatched] = new ShipmentDispatched(Facts.Id),
        [Messages.ShipmentDelivered] = new ShipmentDelivered(Facts.Id),
        [Messages.ShipmentRejected] = new ShipmentRejected(Facts.Id, "nobody goes there"),
        [Messages.ShipmentStopped] = new ShipmentStopped(Facts.Id),
    };

    private readonly Numbered<OrderState> _states = new();
    private readonly Dictionary<(int, OrderInput), Effect> _effects = [];

    public OrderState this[int order] => _states[order];

    /// <summary>Whether the process will repeat its request at least once more before it gives up.</summary>
    public bool HasTimeToRetry(int order) =>
        _states[order] is var state && state.Deadline - state.Since < Deadlines.TimeoutIn(state.Status);

    public Effect Place() => EffectOf(null, processes.Place(Facts, Now, Deadlines));

    public Effect Receive(int order, Messages message) => Apply(order, Events[message]);

    public Effect Cancel(int order) => Apply(order, CancelRequested);

    public Effect PassDeadline(int order) => Apply(order, DeadlinePassed);

    private Effect Apply(int order, OrderInput input)
    {
        if (_effects.TryGetValue((order, input), out var known))
            return known;

        var state = _states[order];
        Effect effect;
        try
        {
            // A deadline is noticed when it has come; all else may happen at once.
            var now = input == DeadlinePassed ? state.Deadline!.Value : Now;
            effect = EffectOf(state, Rebased(processes.Order(state, input, now, Deadlines), now));
        }
        catch (InvalidOperationException contradiction)
        {
            effect = new(order, Messages.None, Released: 0, Sold: 0, $"Orders can't go on: {contradiction.Message}");
        }

        return _effects[(order, input)] = effect;
    }

    private static OrderTransition Rebased(OrderTransition transition, DateTimeOffset now) => transition with
    {
        State = transition.State with
        {
            Since = transition.State.Since + (Now - now),
            Deadline = transition.State.Deadline + (Now - now),
        },
    };

    private Effect EffectOf(OrderState? before, OrderTransition transition)
    {
        var changes = transition.Events.OfType<OrderStatusChanged>().Select(change => change.Status).ToArray();
        var sent = transition.Events.Aggregate(Messages.None, (all, next) => all | next switch
        {
            PaymentRequested => Messages.PaymentRequested,
            PaymentCancellationRequested => Messages.PaymentCancellationRequested,
            ShipmentRequested => Messages.ShipmentRequested,
            ShipmentCancellationRequested => Messages.ShipmentCancellationRequested,
            _ => Messages.None,
        });
        return new(
            _states.Of(exact ? transition.State : Simplified(transition.State)),
            sent,
            changes.Count(status => status == processes.StockReturnsAt),
            changes.Count(status => status == OrderStatus.Shipped),
            before is null ? null : BrokenBy(before, changes, transition.State));
    }

    private static string? BrokenBy(OrderState before, OrderStatus[] changes, OrderState after)
    {
        if (before.Status is OrderStatus.Delivered or OrderStatus.Cancelled && (changes.Length > 0 || after != before))
            return $"an order that is {before.Status} never changes";

        OrderStatus[] way = [before.Status, .. changes];
        if (way.Zip(way.Skip(1)).Any(pair => !Order.MayFollow(pair.First, pair.Second)) || way[^1] != after.Status)
            return $"an order goes along the arrows only, not {string.Join(" -> ", way)}, {after.Status}";

        return after.Version == before.Version + changes.Length ? null : "versions count the changes without gaps";
    }

    private static OrderState Simplified(OrderState state) => state with
    {
        Since = Deadlines.TimeoutIn(state.Status) is null ? Now : state.Since,
        RetryCount = Math.Min(state.RetryCount, EnoughRetries),
        CancelReason = state.CancelReason is null ? null : "",
        Version = 1,
    };

    internal readonly record struct Effect(int State, Messages Sent, int Released, int Sold, string? Broken);
}
