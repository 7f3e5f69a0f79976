using Shop.Shipping;

namespace Shop.Tests.Exploration;

/// <summary>Shipping's side of the world: the one row of the shipment and what its changes tell.</summary>
internal sealed class ShippingModel(Processes processes, bool exact)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly Numbered<Row> _rows = new();
    private readonly Dictionary<(int, Happening), Effect> _effects = [];

    public Row? this[int shipment] => shipment < 0 ? null : _rows[shipment];

    public Effect Request(int shipment) =>
        shipment < 0 ? EffectOf(null, ShipmentProcess.Request(), Open(ShipmentProcess.Request())) : Apply(shipment, Happenings.AskedAgain);

    public Effect Cancel(int shipment) =>
        shipment < 0 ? EffectOf(null, ShipmentProcess.CancelBeforeRequest(), Open(ShipmentProcess.CancelBeforeRequest()))
        : Apply(shipment, Happenings.CancellationAsked);

    public Effect Apply(int shipment, Happening happening)
    {
        if (_effects.TryGetValue((shipment, happening), out var known))
            return known;

        var row = _rows[shipment];
        Effect effect;
        try
        {
            var stored = Open(new(row.State, [], row.IsDue ? TimeSpan.Zero : null));
            var step = processes.Shipment(row.State, happening, Now);
            stored.Take(step, Now);
            effect = EffectOf(row.State, step, stored);
        }
        catch (InvalidOperationException contradiction)
        {
            effect = new(shipment, Messages.None, $"Shipping can't go on: {contradiction.Message}");
        }

        return _effects[(shipment, happening)] = effect;
    }

    private static Shipment Open(Step step) =>
        Shipment.Open(Guid.Empty, Guid.Empty, shipTo: null, lines: [], step, Now, traceParent: null);

    private Effect EffectOf(ShipmentState? before, Step step, Shipment stored)
    {
        var state = exact ? stored.State : stored.State with { Unanswered = 0 };
        var told = step.Tell.Aggregate(Messages.None, (all, outcome) => all | outcome switch
        {
            Outcome.Created => Messages.ShipmentCreated,
            Outcome.Dispatched => Messages.ShipmentDispatched,
            Outcome.Delivered => Messages.ShipmentDelivered,
            Outcome.Rejected => Messages.ShipmentRejected,
            _ => Messages.ShipmentStopped,
        });
        return new(
            _rows.Of(new(state, stored.DueAt is not null)),
            told,
            before is not null && !MayFollow(before.Status, state.Status) ? $"a shipment that was {before.Status} never becomes {state.Status}" : null);
    }

    private static bool MayFollow(ShipmentStatus from, ShipmentStatus to) => from == to || (from, to) is
        (ShipmentStatus.Created, _)
        or (ShipmentStatus.Dispatched, ShipmentStatus.InTransit or ShipmentStatus.Delivered)
        or (ShipmentStatus.InTransit, ShipmentStatus.Delivered);

    /// <summary>What is stored: <see cref="Shipment"/> without what never matters.</summary>
    internal sealed record Row(ShipmentState State, bool IsDue)
    {
        public bool HasLeft => State.Status is ShipmentStatus.Dispatched or ShipmentStatus.InTransit or ShipmentStatus.Delivered;
    }

    internal readonly record struct Effect(int State, Messages Told, string? Broken);

    internal static class Happenings
    {
        public static readonly Happening AskedAgain = new AskedAgain();
        public static readonly Happening CancellationAsked = new CancellationAsked();
        public static readonly Happening Booked = new Booked("Nordpost", "NP1", TimeSpan.Zero);
        public static readonly Happening Refused = new Refused("nobody goes there");
        public static readonly Happening Silence = new Silence();
        public static readonly Happening HoldAsked = new HoldAsked(TimeSpan.Zero);
        public static readonly Happening ReleaseAsked = new ReleaseAsked();
        public static readonly Happening DispatchAsked = new DispatchAsked();
        public static readonly Happening NoNews = new Scanned(ShipmentStatus.Created, Place: null, TimeSpan.Zero);
        public static readonly Happening SeenLeaving = new Scanned(ShipmentStatus.Dispatched, "Lübeck", TimeSpan.Zero);
        public static readonly Happening SeenUnderWay = new Scanned(ShipmentStatus.InTransit, "Hamburg", TimeSpan.Zero);
        public static readonly Happening SeenDelivered = new Scanned(ShipmentStatus.Delivered, "Berlin", TimeSpan.Zero);
    }
}
