using System.Diagnostics;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>
/// What a shipment can be told: a request of Orders (<c>Events.cs</c>), a command of an operator, or an answer of the
/// carrier. A test gives every kind of input to <see cref="ShipmentProcess.Decide"/>.
/// </summary>
internal abstract record ShipmentInput;

internal abstract record OperatorCommand : ShipmentInput;

/// <summary>An operator holds the parcel in the warehouse.</summary>
/// <param name="Remaining">How long it is until the carrier would have been asked next.</param>
internal sealed record HoldRequested(TimeSpan Remaining) : OperatorCommand;

/// <summary>An operator lets a held parcel go on.</summary>
internal sealed record ReleaseRequested : OperatorCommand;

/// <summary>An operator handed the parcel to the carrier's driver.</summary>
internal sealed record DispatchRequested : OperatorCommand;

internal abstract record CarrierAnswer : ShipmentInput;

/// <summary>The carrier accepted the parcel.</summary>
internal sealed record Booked(string Carrier, string TrackingNumber, TimeSpan NextIn) : CarrierAnswer;

/// <summary>The carrier will not take the parcel.</summary>
internal sealed record Refused(string Reason) : CarrierAnswer;

/// <summary>The carrier saw the parcel.</summary>
internal sealed record Scanned(ShipmentStatus Status, string? Place, TimeSpan NextIn) : CarrierAnswer;

/// <summary>A time-out or an error.</summary>
internal sealed record NoAnswer : CarrierAnswer;

/// <summary>What follows from an input.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Events">What is published, in this order.</param>
/// <param name="DueIn">When <see cref="ShipmentState.NextOperation"/> is due; null leaves the time as it is.</param>
/// <param name="Place">Where the parcel was seen.</param>
internal sealed record ShipmentTransition(
    ShipmentState State, IReadOnlyList<IPublishedEvent> Events, TimeSpan? DueIn = null, string? Place = null);

/// <summary>
/// Every decision about a shipment, without side effects. The invariants: at most one parcel; what is stopped never
/// leaves the warehouse, what has left is never called stopped; what is held doesn't move; a status is never followed
/// by an earlier one; a repeated request is answered again.
/// </summary>
internal static class ShipmentProcess
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>No customer waits for a scan to the second.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <param name="orderId">Whose shipment it is; the events name it.</param>
    /// <param name="state">Null when there is no shipment of this order yet.</param>
    /// <param name="input">What happened.</param>
    /// <param name="now">By the database's clock.</param>
    public static ShipmentTransition Decide(
        Guid orderId, ShipmentState? state, ShipmentInput input, DateTimeOffset now) =>
        (input, state) switch
        {
            (ShipmentRequested, null) => new(
                new() { Status = ShipmentStatus.Created, NextOperation = CarrierOperation.Book }, [], TimeSpan.Zero),
            // The cancellation overtook the request: a tombstone, so that the request finds its answer.
            (ShipmentCancellationRequested, null) => new(
                new() { Status = ShipmentStatus.Stopped, NextOperation = CarrierOperation.Nothing },
                [new ShipmentStopped(orderId)]),
            (_, null) => throw new InvalidOperationException($"Order {orderId} has no shipment yet."),

            // Everything so far: whoever repeats a request may have missed any part of it.
            (ShipmentRequested, _) => new(state, EventsUntil(orderId, state)),
            (ShipmentCancellationRequested, _) => Cancel(orderId, state),
            (OperatorCommand command, _) => CarryOut(orderId, state, command, now),

            (Booked booked, { NextOperation: CarrierOperation.Book }) => Book(orderId, state, booked),
            (Refused refused, { NextOperation: CarrierOperation.Book }) => Reject(orderId, state, refused),
            // Held while the carrier was being asked: the driver is sent away, and the remaining time stays as it was.
            (Scanned or NoAnswer, { IsHeld: true }) => new(state, []),
            (Scanned scanned, { NextOperation: CarrierOperation.Scan }) => See(orderId, state, scanned, now),
            (NoAnswer, { NextOperation: not CarrierOperation.Nothing }) => Retry(state),
            // A late answer about a shipment that was stopped meanwhile, or a repeated answer.
            (CarrierAnswer, _) => new(state, []),
            _ => throw new UnreachableException($"{input.GetType().Name} is missing here."),
        };

    /// <summary>Why a command can't be carried out, in a sentence for the operator; null when it can.</summary>
    public static string? ObjectionTo(OperatorCommand command, ShipmentState state) => (command, state) switch
    {
        (_, { Status: ShipmentStatus.Rejected }) => "The carrier has refused this parcel.",
        (_, { Status: ShipmentStatus.Stopped }) => "This shipment was stopped.",
        (_, { Status: not ShipmentStatus.Created }) => "This parcel has left the house.",
        (ReleaseRequested, { IsHeld: false }) => "This parcel is not held.",
        (HoldRequested, { IsHeld: true }) => "This parcel is held already.",
        (DispatchRequested, { IsHeld: true }) => "This parcel is held. Release it first.",
        (DispatchRequested, { TrackingNumber: null }) => "The carrier has not given this parcel a number yet.",
        _ => null,
    };

    private static ShipmentTransition CarryOut(
        Guid orderId, ShipmentState state, OperatorCommand command, DateTimeOffset now) =>
        command switch
        {
            _ when ObjectionTo(command, state) is { } objection => throw new InvalidOperationException(objection),
            HoldRequested { Remaining: var left } => new(
                state with { HeldWith = left > TimeSpan.Zero ? left : TimeSpan.Zero }, []),
            ReleaseRequested => new(state with { HeldWith = null }, [], state.HeldWith),
            DispatchRequested => new(
                state with { Status = ShipmentStatus.Dispatched, DispatchedAt = now },
                [new ShipmentDispatched(orderId, now)]),
            _ => throw new UnreachableException($"{command.GetType().Name} is missing here."),
        };

    private static ShipmentTransition Cancel(Guid orderId, ShipmentState state) => state.Status switch
    {
        ShipmentStatus.Created => new(
            state with
            {
                Status = ShipmentStatus.Stopped,
                NextOperation = CarrierOperation.Nothing,
                HeldWith = null,
            },
            [new ShipmentStopped(orderId)]),
        // Nothing was shipped of a rejected one either, and that is what was requested.
        ShipmentStatus.Stopped or ShipmentStatus.Rejected => new(state, [new ShipmentStopped(orderId)]),
        ShipmentStatus.Dispatched or ShipmentStatus.InTransit or ShipmentStatus.Delivered => new(
            state, [.. EventsUntil(orderId, state).Where(one => one is not ShipmentCreated)]),
    };

    private static ShipmentTransition Book(Guid orderId, ShipmentState state, Booked booked)
    {
        var next = state with
        {
            Carrier = booked.Carrier,
            TrackingNumber = booked.TrackingNumber,
            NextOperation = CarrierOperation.Scan,
            Unanswered = 0,
        };
        var created = new ShipmentCreated(orderId, booked.Carrier, booked.TrackingNumber);
        // The booking of a parcel that is held stands; the time until its first scan begins with the release.
        return state.IsHeld
            ? new(next with { HeldWith = booked.NextIn }, [created])
            : new(next, [created], booked.NextIn);
    }

    private static ShipmentTransition Reject(Guid orderId, ShipmentState state, Refused refused) => new(
        state with
        {
            Status = ShipmentStatus.Rejected,
            Reason = refused.Reason,
            NextOperation = CarrierOperation.Nothing,
            HeldWith = null,
            Unanswered = 0,
        },
        [new ShipmentRejected(orderId, refused.Reason)]);

    private static ShipmentTransition See(Guid orderId, ShipmentState state, Scanned scanned, DateTimeOffset now)
    {
        if (scanned.Status is ShipmentStatus.Rejected or ShipmentStatus.Stopped)
            throw new InvalidOperationException($"A carrier can't see a parcel {scanned.Status}.");

        // Nothing new, or older than what we know.
        if (scanned.Status <= state.Status)
            return new(state with { Unanswered = 0 }, [], scanned.NextIn);

        var isDelivered = scanned.Status == ShipmentStatus.Delivered;
        var seen = state with
        {
            Status = scanned.Status,
            NextOperation = isDelivered ? CarrierOperation.Nothing : CarrierOperation.Scan,
            DispatchedAt = state.DispatchedAt ?? now,
            DeliveredAt = isDelivered ? now : null,
            Unanswered = 0,
        };
        // Carriers skip scans: a parcel that is first seen in transit or delivered has left the warehouse as well.
        return new(
            seen, [.. EventsUntil(orderId, seen).Except(EventsUntil(orderId, state))], scanned.NextIn, scanned.Place);
    }

    /// <summary>Each pause is twice as long as the one before.</summary>
    private static ShipmentTransition Retry(ShipmentState state)
    {
        var pause = Backoff.Exponential(FirstPause, state.Unanswered, LongestPause);
        return new(state with { Unanswered = state.Unanswered + 1 }, [], pause);
    }

    /// <summary>All that Orders has to know of a shipment in this state, in the order in which it happened.</summary>
    private static IReadOnlyList<IPublishedEvent> EventsUntil(Guid orderId, ShipmentState state) => state.Status switch
    {
        ShipmentStatus.Created when state.TrackingNumber is null => [],
        ShipmentStatus.Created => [Created(orderId, state)],
        ShipmentStatus.Dispatched or ShipmentStatus.InTransit => [Created(orderId, state), Dispatched(orderId, state)],
        ShipmentStatus.Delivered =>
        [
            Created(orderId, state),
            Dispatched(orderId, state),
            new ShipmentDelivered(orderId, state.DeliveredAt!.Value),
        ],
        ShipmentStatus.Rejected => [new ShipmentRejected(orderId, state.Reason!)],
        ShipmentStatus.Stopped => [new ShipmentStopped(orderId)],
    };

    private static ShipmentCreated Created(Guid orderId, ShipmentState state) =>
        new(orderId, state.Carrier!, state.TrackingNumber!);

    private static ShipmentDispatched Dispatched(Guid orderId, ShipmentState state) =>
        new(orderId, state.DispatchedAt!.Value);
}
