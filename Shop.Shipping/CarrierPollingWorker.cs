using System.Diagnostics;
using Shop.Data;
using Shop.Shipping.Carriers;

namespace Shop.Shipping;

/// <summary>
/// Calls the carrier for shipments that are due: to book new ones, and for the scans of those under way. In batches,
/// because there are many parcels and a late answer holds up nobody.
/// </summary>
internal sealed partial class CarrierPollingWorker(
    IServiceScopeFactory scopes,
    Carrier carrier,
    DatabaseReadiness<ShippingDb> readiness,
    ShippingMetrics metrics,
    ILogger<CarrierPollingWorker> log)
    : LeasedWorker<ShippingDb, Shipment, CarrierCall>(
        scopes, "Asking the carrier", PollInterval, Lease, readiness.Migrated, log)
{
    /// <summary>Calls at a time, and shipments in one transaction.</summary>
    private const int Batch = 100;

    // For what another replica left behind: this one knows when its own parcels are due.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    // A call that times out, and ample time to store the batch.
    private static readonly TimeSpan Lease = 3 * CallTimeout;

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        var calls = await LeaseDueAsync(Batch, cancel);
        if (calls.Count == 0)
            return false;

        var answers = await Task.WhenAll(calls.Select(call => CallAsync(call, cancel)));
        await StoreAsync(calls.Zip(answers).ToDictionary(pair => pair.First.ShipmentId, pair => pair.Second));
        return calls.Count == Batch;
    }

    protected override Task<IReadOnlyList<CarrierCall>> PrepareAsync(
        ShippingDb db, IReadOnlyList<Shipment> due, DateTimeOffset now, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<CarrierCall>>(
            [.. due.Select(shipment => new CarrierCall(shipment.Id, shipment.ShipTo!, shipment.State))]);

    private async Task<CarrierAnswer> CallAsync(CarrierCall call, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await AnswerAsync(call, cancel);
        metrics.Answered(call.State.NextOperation, answer, Stopwatch.GetElapsedTime(started));
        return answer;
    }

    private async Task<CarrierAnswer> AnswerAsync(CarrierCall call, CancellationToken cancel)
    {
        try
        {
            return await SendAsync(call, cancel).WaitAsync(CallTimeout, cancel);
        }
#pragma warning disable CA1031 // A carrier's client may throw anything; one parcel must not hold up the batch.
        catch (Exception exception) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNoAnswer(exception, call.ShipmentId, call.State.NextOperation);
            return new NoAnswer();
        }
    }

    private Task<CarrierAnswer> SendAsync(CarrierCall call, CancellationToken cancel) => call.State switch
    {
        { NextOperation: CarrierOperation.Book } => carrier.BookAsync(call.ShipmentId, call.ShipTo, cancel),
        { Status: var status, TrackingNumber: { } number } => carrier.ScanAsync(number, status, call.ShipTo, cancel),
        _ => throw new InvalidOperationException("A parcel without a tracking number can't be scanned."),
    };

    private async Task StoreAsync(Dictionary<Guid, CarrierAnswer> answers)
    {
        var shipments = await StoreAsync([.. answers.Keys], (db, shipment, now) =>
        {
            using var activity = metrics.StartMove(shipment.TraceParent);
            ShipmentProcessHandlers.Advance(db, shipment, answers[shipment.Id], now);
            activity?.DisplayName = $"parcel {shipment.State.Status}";
            // Inside its span, so that the line leads to the order's trace; if the commit fails, it comes twice.
            if (IsChanged(shipment) && shipment.State.Status is ShipmentStatus.Delivered or ShipmentStatus.Rejected)
                LogEnded(shipment.OrderId, shipment.State.Status);

            return Task.CompletedTask;
        });
        foreach (var shipment in shipments.Where(IsChanged))
            metrics.Became(shipment.State.Status);
    }

    // Earlier tracking events are not loaded here, so those that are there are new.
    private static bool IsChanged(Shipment shipment) => shipment.Events.Count > 0;

    [LoggerMessage(1, LogLevel.Information, "The shipment of order {OrderId} ended: {Status}")]
    private partial void LogEnded(Guid orderId, ShipmentStatus status);

    [LoggerMessage(
        2, LogLevel.Debug, "The carrier gave no answer for shipment {ShipmentId} to {Ask} and will be asked again")]
    private partial void LogNoAnswer(Exception exception, Guid shipmentId, CarrierOperation ask);
}

/// <summary>One call to the carrier. Its key is the shipment's id.</summary>
internal sealed record CarrierCall(Guid ShipmentId, ShipTo ShipTo, ShipmentState State);
