namespace Shop.Shipping;

internal enum ShipmentStatus
{
    /// <summary>To be packed; the carrier is asked for a tracking number, or has given one.</summary>
    Created,

    /// <summary>Handed to the carrier: from here on it can't be stopped.</summary>
    Dispatched,
    InTransit,
    Delivered,

    /// <summary>The carrier does not deliver there.</summary>
    Rejected,

    /// <summary>Cancelled before it left the house.</summary>
    Stopped,
}

/// <summary>What the carrier has to be asked next.</summary>
internal enum CarrierAsk
{
    Nothing,
    Book,
    Scan,
}

/// <summary>All that decisions about a shipment depend on; changed by <see cref="ShipmentProcess"/> only.</summary>
internal sealed record ShipmentState
{
    public required ShipmentStatus Status { get; init; }
    public required CarrierAsk Ask { get; init; }
    public string? Carrier { get; init; }
    public string? TrackingNumber { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? DispatchedAt { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>What was left of the carrier's clock when an operator held the parcel; null when it isn't held.</summary>
    public TimeSpan? HeldWith { get; init; }
    public bool IsHeld => HeldWith is not null;

    /// <summary>Calls to the carrier in a row without an answer.</summary>
    public int Unanswered { get; init; }
}

/// <summary>The one shipment of an order. Its id is the key by which the carrier recognises a repeated booking.</summary>
internal sealed class Shipment
{
    public Guid Id { get; private init; }
    public Guid OrderId { get; private init; }
    public Guid CustomerId { get; private init; }

    /// <summary>Null on a tombstone, which was cancelled before it was asked for.</summary>
    public ShipTo? ShipTo { get; private set; }

    /// <summary>What goes into the parcel.</summary>
    public List<ShipmentLine> Lines { get; private init; } = [];
    public ShipmentState State { get; private set; } = null!;
    public List<TrackingEvent> Events { get; private init; } = [];

    /// <summary>When the carrier is to be asked, by the database's clock; null when there is nothing to ask.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>Until then a worker has the shipment in hand; after that the worker is taken for dead.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    /// <summary>The trace of the order's click, continued by every move of the parcel.</summary>
    public string? TraceParent { get; private init; }

    public static Shipment Open(
        Guid orderId, Guid customerId, ShipTo? shipTo, IEnumerable<ShipmentLine> lines, Step step, DateTimeOffset now, string? traceParent)
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
        shipment.Take(step, now);
        return shipment;
    }

    public void Take(Step step, DateTimeOffset now)
    {
        if (State?.Status != step.State.Status)
            Events.Add(TrackingEvent.Of(step.State.Status, now, step.Place));

        State = step.State;
        if (State.Ask == CarrierAsk.Nothing || State.IsHeld)
            DueAt = null;
        else if (step.AskIn is { } delay)
            DueAt = now + delay;
    }

    /// <summary>Forgets to whom it went. The country stays; a parcel under way still needs the rest.</summary>
    public void Anonymize()
    {
        if (State.Ask != CarrierAsk.Nothing)
            throw new InvalidOperationException($"The shipment of order {OrderId} is {State.Status} and needs its address.");

        if (ShipTo is not null)
            ShipTo = new("", "", null, "", "", ShipTo.Country);

        Events.ForEach(seen => seen.ForgetPlace());
    }

    public void Lease(DateTimeOffset until) => LeasedUntil = until;

    public void Release() => LeasedUntil = null;
}

/// <summary>One line of the parcel's story.</summary>
internal sealed class TrackingEvent
{
    public Guid Id { get; init; }
    public Guid ShipmentId { get; private init; }
    public ShipmentStatus Status { get; init; }
    public DateTimeOffset At { get; init; }
    public string? Place { get; private set; }

    public static TrackingEvent Of(ShipmentStatus status, DateTimeOffset at, string? place) =>
        new() { Id = Guid.CreateVersion7(at), Status = status, At = at, Place = place };

    /// <summary>The last one is the town where somebody lives.</summary>
    public void ForgetPlace() => Place = null;
}
