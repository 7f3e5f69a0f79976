using System.Diagnostics;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Shipping;

internal enum ShipmentStatus
{
    /// <summary>To be packed; the carrier is asked for a tracking number, or has given one.</summary>
    Created,

    /// <summary>Handed to the carrier; it can't be stopped any more.</summary>
    Dispatched,
    InTransit,
    Delivered,

    /// <summary>The carrier does not deliver there.</summary>
    Rejected,

    /// <summary>Cancelled before it left the warehouse.</summary>
    Stopped,
}

/// <summary>A call to the carrier. The names are stored.</summary>
internal enum CarrierOperation
{
    Nothing,
    Book,
    Scan,
}

/// <summary>All that decisions about a shipment depend on; changed by <see cref="ShipmentProcess"/> only.</summary>
internal sealed record ShipmentState
{
    public required ShipmentStatus Status { get; init; }

    /// <summary>What the carrier has to do next.</summary>
    public required CarrierOperation NextOperation { get; init; }
    public string? Carrier { get; init; }
    public string? TrackingNumber { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? DispatchedAt { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>
    /// How long it was until the next scan when an operator held the parcel; null when it isn't held.
    /// </summary>
    public TimeSpan? HeldWith { get; init; }
    public bool IsHeld => HeldWith is not null;

    /// <summary>Calls to the carrier in a row without an answer.</summary>
    public int Unanswered { get; init; }
}

/// <summary>
/// The one shipment of an order. Its id is the key by which the carrier recognises a repeated booking.
/// </summary>
internal sealed class Shipment : LeasedRow
{
    public Guid OrderId { get; private init; }
    public Guid CustomerId { get; private init; }

    /// <summary>Null on a tombstone, which was cancelled before it was requested.</summary>
    public ShipTo? ShipTo { get; private set; }

    /// <summary>What goes into the parcel.</summary>
    public List<ShipmentLine> Lines { get; private init; } = [];
    public ShipmentState State { get; private set; } = null!;
    public List<TrackingEvent> Events { get; private init; } = [];

    /// <summary>The trace in which the order was placed; every move of the parcel continues it.</summary>
    public string? TraceParent { get; private init; }

    public static Shipment Open(
        Guid orderId, Guid customerId, ShipTo? shipTo, IEnumerable<ShipmentLine> lines, ShipmentTransition first,
        DateTimeOffset now, string? traceParent)
    {
        var shipment = new Shipment
        {
            Id = Guid.CreateVersion7(),
            OrderId = orderId,
            CustomerId = customerId,
            ShipTo = shipTo,
            Lines = [.. lines],
            TraceParent = traceParent,
        };
        shipment.Apply(first, now);
        return shipment;
    }

    /// <summary>Carries out a decision. Its events are to be published in the same transaction.</summary>
    public void Apply(ShipmentTransition transition, DateTimeOffset now)
    {
        if (State?.Status != transition.State.Status)
            Events.Add(TrackingEvent.Of(transition.State.Status, now, transition.Place));

        State = transition.State;
        if (State.NextOperation == CarrierOperation.Nothing || State.IsHeld)
            DueAt = null;
        else if (transition.DueIn is { } delay)
            DueAt = now + delay;
    }

    /// <summary>Forgets the addressee. The country stays; a parcel under way still needs the rest.</summary>
    public void Anonymize()
    {
        if (State.NextOperation != CarrierOperation.Nothing)
            throw new InvalidOperationException(
                $"The shipment of order {OrderId} is {State.Status} and needs its address.");

        if (ShipTo is not null)
            ShipTo = new("", "", null, "", "", ShipTo.Country);

        Events.ForEach(seen => seen.ForgetPlace());
    }
}

/// <summary>When the shipment came into a status, and where.</summary>
internal sealed class TrackingEvent
{
    public Guid Id { get; init; }
    public Guid ShipmentId { get; private init; }
    public ShipmentStatus Status { get; init; }
    public DateTimeOffset At { get; init; }
    public string? Place { get; private set; }

    public static TrackingEvent Of(ShipmentStatus status, DateTimeOffset at, string? place) =>
        new() { Id = Guid.CreateVersion7(at), Status = status, At = at, Place = place };

    /// <summary>The last one is the town where the customer lives.</summary>
    public void ForgetPlace() => Place = null;
}

/// <summary>
/// Load under lock, decide, apply, publish: all in the caller's transaction, so all of it or nothing. The carrier is
/// called by <see cref="CarrierPollingWorker"/> after the commit.
/// </summary>
internal static class ShipmentProcessHandlers
{
    /// <summary>Orders requests the parcel of an order.</summary>
    public static Task On(
        ShipmentRequested request, ShippingDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, request.ShipTo, request.Lines, request, cancel);

    /// <summary>Orders wants nothing shipped.</summary>
    public static Task On(
        ShipmentCancellationRequested request, ShippingDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, shipTo: null, lines: [], request, cancel);

    /// <summary>Decides about a shipment that is locked and carries it out; the caller saves and commits.</summary>
    public static void Advance(ShippingDb db, Shipment shipment, ShipmentInput input, DateTimeOffset now)
    {
        var transition = ShipmentProcess.Decide(shipment.OrderId, shipment.State, input, now);
        shipment.Apply(transition, now);
        db.PublishAll(transition.Events);
    }

    private static async Task HandleAsync(
        ShippingDb db, Guid orderId, Guid customerId, ShipTo? shipTo, IReadOnlyList<ShipmentLine> lines,
        ShipmentInput input, CancellationToken cancel)
    {
        var (shipment, now) = await db.Locks.LockAsync(orderId, cancel);
        if (shipment is not null)
        {
            Advance(db, shipment, input, now);
            return;
        }

        var first = ShipmentProcess.Decide(orderId, state: null, input, now);
        db.Shipments.Add(Shipment.Open(orderId, customerId, shipTo, lines, first, now, Activity.Current?.Id));
        db.PublishAll(first.Events);
    }
}
