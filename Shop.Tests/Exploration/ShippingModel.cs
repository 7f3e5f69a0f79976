using Shop.Shipping;

namespace Shop.Tests.Exploration;

/// <summary>Shipping's side of the world: the one row of the shipment and what its changes publish.</summary>
internal sealed class ShippingModel(Processes processes, bool exact)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Guid OrderId = Guid.Empty;

    private readonly Numbered<Row> _rows = new();
    private readonly Dictionary<(int, ShipmentInput), Effect> _effects = [];

    public Row? this[int shipment] => shipment < 0 ? null : _rows[shipment];

    public Effect Request(int shipment) => Apply(shipment, Inputs.ShipmentRequested);

    public Effect Cancel(int shipment) => Apply(shipment, Inputs.ShipmentCancellationRequested);

    public Effect Apply(int shipment, ShipmentInput input)
    {
        if (_effects.TryGetValue((shipment, input), out var known))
            return known;

        var row = this[shipment];
        Effect effect;
        try
        {
            var transition = processes.Shipment(OrderId, row?.State, input, Now);
            effect = EffectOf(row?.State, transition, Stored(row, transition));
        }
        catch (InvalidOperationException contradiction)
        {
            effect = new(shipment, Messages.None, $"Shipping can't go on: {contradiction.Message}");
        }

        return _effects[(shipment, input)] = effect;
    }

    private static Shipment Stored(Row? row, ShipmentTransition transition)
    {
        if (row is null)
            return Open(transition);

        var stored = Open(new(row.State, [], row.IsDue ? TimeSpan.Zero : null));
        stored.Apply(transition, Now);
        return stored;
    }

    private static Shipment Open(ShipmentTransition first) =>
        Shipment.Open(OrderId, Guid.Empty, shipTo: null, lines: [], first, Now, traceParent: null);

    private Effect EffectOf(ShipmentState? before, ShipmentTransition transition, Shipment stored)
    {
        var state = exact ? stored.State : stored.State with { Unanswered = 0 };
        var told = transition.Events.Aggregate(Messages.None, (all, next) => all | next switch
        {
            ShipmentCreated => Messages.ShipmentCreated,
            ShipmentDispatched => Messages.ShipmentDispatched,
            ShipmentDelivered => Messages.ShipmentDelivered,
            ShipmentRejected => Messages.ShipmentRejected,
            ShipmentStopped => Messages.ShipmentStopped,
            _ => throw new ArgumentException($"{next.GetType().Name} is no message here.", nameof(transition)),
        });
        return new(
            _rows.Of(new(state, stored.DueAt is not null)),
            told,
            before is not null && !MayFollow(before.Status, state.Status)
                ? $"a shipment that was {before.Status} never becomes {state.Status}"
                : null);
    }

    private static bool MayFollow(ShipmentStatus from, ShipmentStatus to) => from == to || (from, to) is
        (ShipmentStatus.Created, _)
        or (ShipmentStatus.Dispatched, ShipmentStatus.InTransit or ShipmentStatus.Delivered)
        or (ShipmentStatus.InTransit, ShipmentStatus.Delivered);

    /// <summary>What is stored: <see cref="Shipment"/> without what never matters.</summary>
    internal sealed record Row(ShipmentState State, bool IsDue)
    {
        public bool HasLeft =>
            State.Status is ShipmentStatus.Dispatched or ShipmentStatus.InTransit or ShipmentStatus.Delivered;
    }

    internal readonly record struct Effect(int State, Messages Told, string? Broken);

    internal static class Inputs
    {
        public static readonly ShipmentInput ShipmentRequested = new ShipmentRequested(
            OrderId, Guid.Empty, new("Ada", "Street 1", null, "Berlin", "10115", "DE"), []);
        public static readonly ShipmentInput ShipmentCancellationRequested =
            new ShipmentCancellationRequested(OrderId, Guid.Empty);
        public static readonly ShipmentInput Booked = new Booked("Nordpost", "NP1", TimeSpan.Zero);
        public static readonly ShipmentInput Refused = new Refused("nobody goes there");
        public static readonly ShipmentInput NoAnswer = new NoAnswer();
        public static readonly OperatorCommand HoldRequested = new HoldRequested(TimeSpan.Zero);
        public static readonly OperatorCommand ReleaseRequested = new ReleaseRequested();
        public static readonly OperatorCommand DispatchRequested = new DispatchRequested();
        public static readonly ShipmentInput NoNews = new Scanned(ShipmentStatus.Created, Place: null, TimeSpan.Zero);
        public static readonly ShipmentInput SeenLeaving = new Scanned(
            ShipmentStatus.Dispatched, "Lübeck", TimeSpan.Zero);
        public static readonly ShipmentInput SeenUnderWay = new Scanned(
            ShipmentStatus.InTransit, "Hamburg", TimeSpan.Zero);
        public static readonly ShipmentInput SeenDelivered = new Scanned(
            ShipmentStatus.Delivered, "Berlin", TimeSpan.Zero);
    }
}
