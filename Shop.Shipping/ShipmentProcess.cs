using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>Something that happened to a shipment.</summary>
internal abstract record Happening;

/// <summary>Orders asked for the shipment, again.</summary>
internal sealed record AskedAgain : Happening;

/// <summary>Orders wants nothing to be shipped.</summary>
internal sealed record CancellationAsked : Happening;

/// <summary>An operator keeps the parcel in the house.</summary>
/// <param name="Left">How long it is until the carrier would have been asked next.</param>
internal sealed record HoldAsked(TimeSpan Left) : Happening;

/// <summary>An operator lets a held parcel go on.</summary>
internal sealed record ReleaseAsked : Happening;

/// <summary>An operator handed the parcel to the carrier's driver.</summary>
internal sealed record DispatchAsked : Happening;

/// <summary>The carrier accepted the parcel.</summary>
internal sealed record Booked(string Carrier, string TrackingNumber, TimeSpan NextIn) : Happening;

/// <summary>The carrier will not take the parcel.</summary>
internal sealed record Refused(string Reason) : Happening;

/// <summary>The carrier saw the parcel.</summary>
internal sealed record Scanned(ShipmentStatus Status, string? Place, TimeSpan NextIn) : Happening;

/// <summary>The carrier gave no answer.</summary>
internal sealed record Silence : Happening;

/// <summary>What Orders is told; each is an event.</summary>
internal enum Outcome
{
    Created,
    Dispatched,
    Delivered,
    Rejected,
    Stopped,
}

/// <summary>What follows from a happening.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Tell">What Orders is told, in this order.</param>
/// <param name="AskIn">When <see cref="ShipmentState.Ask"/> is due; null leaves the time as it is.</param>
/// <param name="Place">Where the parcel was seen.</param>
internal sealed record Step(ShipmentState State, IReadOnlyList<Outcome> Tell, TimeSpan? AskIn = null, string? Place = null);

/// <summary>
/// Every decision about a shipment, without side effects. The invariants: one parcel at most; what is stopped never leaves
/// the house, what has left is never called stopped; what is held doesn't move; the story only goes forward; whoever asks
/// again is answered again.
/// </summary>
internal static class ShipmentProcess
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    public static Step Request() => new(new() { Status = ShipmentStatus.Created, Ask = CarrierAsk.Book }, [], TimeSpan.Zero);

    /// <summary>The cancellation overtook the request: a tombstone, at which the request will be turned away.</summary>
    public static Step CancelBeforeRequest() =>
        new(new() { Status = ShipmentStatus.Stopped, Ask = CarrierAsk.Nothing }, [Outcome.Stopped]);

    public static Step Apply(ShipmentState state, Happening happening, DateTimeOffset now) => happening switch
    {
        // The whole story: whoever asks again may have missed any part of it.
        AskedAgain => new(state, Story(state)),
        CancellationAsked => Cancel(state),
        HoldAsked or ReleaseAsked or DispatchAsked when ObjectionTo(happening, state) is { } objection => throw new InvalidOperationException(objection),
        HoldAsked hold => new(state with { HeldWith = hold.Left > TimeSpan.Zero ? hold.Left : TimeSpan.Zero }, []),
        ReleaseAsked => new(state with { HeldWith = null }, [], state.HeldWith),
        DispatchAsked => new(state with { Status = ShipmentStatus.Dispatched, DispatchedAt = now }, [Outcome.Dispatched]),
        // Held while the carrier was being asked. A booking stands; the driver is sent away, and the clock stays where it was.
        Booked booked when state is { IsHeld: true, Ask: CarrierAsk.Book } => new(Book(state, booked) with { HeldWith = booked.NextIn }, [Outcome.Created]),
        Scanned or Silence when state.IsHeld => new(state, []),
        Booked booked when state.Ask == CarrierAsk.Book => new(
            Book(state, booked), [Outcome.Created], booked.NextIn),
        Refused refused when state.Ask == CarrierAsk.Book => new(
            state with { Status = ShipmentStatus.Rejected, Reason = refused.Reason, Ask = CarrierAsk.Nothing, HeldWith = null, Unanswered = 0 },
            [Outcome.Rejected]),
        Scanned scanned when state.Ask == CarrierAsk.Scan => See(state, scanned, now),
        Silence when state.Ask != CarrierAsk.Nothing => new(
            state with { Unanswered = state.Unanswered + 1 }, [], Pause(state.Unanswered + 1)),
        // Late news of a shipment that was stopped meanwhile, or a repeated answer.
        Booked or Refused or Scanned or Silence => new(state, []),
        _ => throw new InvalidOperationException($"{happening.GetType().Name} is not known here."),
    };

    /// <summary>Why an operator's wish can't be fulfilled, in a sentence for the operator; null when it can.</summary>
    public static string? ObjectionTo(Happening wish, ShipmentState state) => (wish, state) switch
    {
        (_, { Status: not ShipmentStatus.Created }) => state.Status switch
        {
            ShipmentStatus.Rejected => "The carrier has refused this parcel.",
            ShipmentStatus.Stopped => "This shipment was stopped.",
            _ => "This parcel has left the house.",
        },
        (ReleaseAsked, { IsHeld: false }) => "This parcel is not held.",
        (HoldAsked, { IsHeld: true }) => "This parcel is held already.",
        (DispatchAsked, { IsHeld: true }) => "This parcel is held. Release it first.",
        (DispatchAsked, { TrackingNumber: null }) => "The carrier has not given this parcel a number yet.",
        _ => null,
    };

    private static ShipmentState Book(ShipmentState state, Booked booked) => state with
    {
        Carrier = booked.Carrier,
        TrackingNumber = booked.TrackingNumber,
        Ask = CarrierAsk.Scan,
        Unanswered = 0,
    };

    private static Step Cancel(ShipmentState state) => state.Status switch
    {
        ShipmentStatus.Created => new(state with { Status = ShipmentStatus.Stopped, Ask = CarrierAsk.Nothing, HeldWith = null }, [Outcome.Stopped]),
        // Nothing was shipped of a rejected one either, and that is what was asked.
        ShipmentStatus.Stopped or ShipmentStatus.Rejected => new(state, [Outcome.Stopped]),
        ShipmentStatus.Delivered => new(state, [Outcome.Dispatched, Outcome.Delivered]),
        _ => new(state, [Outcome.Dispatched]),
    };

    private static Step See(ShipmentState state, Scanned scanned, DateTimeOffset now)
    {
        if (scanned.Status is ShipmentStatus.Rejected or ShipmentStatus.Stopped)
            throw new InvalidOperationException($"A carrier can't see a parcel {scanned.Status}.");

        // No news, or news that are older than what we know.
        if (scanned.Status <= state.Status)
            return new(state with { Unanswered = 0 }, [], scanned.NextIn);

        var isDelivered = scanned.Status == ShipmentStatus.Delivered;
        var seen = state with
        {
            Status = scanned.Status,
            Ask = isDelivered ? CarrierAsk.Nothing : CarrierAsk.Scan,
            DispatchedAt = state.DispatchedAt ?? now,
            DeliveredAt = isDelivered ? now : null,
            Unanswered = 0,
        };
        // Carriers skip scans: a parcel that is first seen under way or delivered has left the house as well.
        return new(seen, [.. Story(seen).Except(Story(state))], scanned.NextIn, scanned.Place);
    }

    private static IReadOnlyList<Outcome> Story(ShipmentState state) => state.Status switch
    {
        ShipmentStatus.Created => state.TrackingNumber is null ? [] : [Outcome.Created],
        ShipmentStatus.Dispatched or ShipmentStatus.InTransit => [Outcome.Created, Outcome.Dispatched],
        ShipmentStatus.Delivered => [Outcome.Created, Outcome.Dispatched, Outcome.Delivered],
        ShipmentStatus.Rejected => [Outcome.Rejected],
        _ => [Outcome.Stopped],
    };

    /// <summary>A second, then twice as long each time.</summary>
    private static TimeSpan Pause(int unanswered) => Backoff.Exponential(TimeSpan.FromSeconds(0.5), unanswered, LongestPause);
}
