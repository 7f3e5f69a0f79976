using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.ServiceDefaults;
using Shop.Shipping.Carriers;

namespace Shop.Shipping;

/// <summary>
/// Asks the carrier what is due: a booking for new shipments, news of those under way. In batches and in three steps: take in
/// hand (stored, with a lease), ask outside any transaction, store. A worker that dies in between is followed by another when
/// its lease is over; asking twice does no harm.
/// </summary>
internal sealed partial class ParcelRounds(
    IServiceScopeFactory scopes,
    Carrier carrier,
    DatabaseReadiness<ShippingDb> readiness,
    ShippingMetrics metrics,
    IOptions<SimulatedCarrierOptions> options,
    ILogger<ParcelRounds> log)
    : BackgroundWorker("Asking the carrier", Interval(options.Value.StepTime), readiness.Migrated, log)
{
    private const int Batch = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        var calls = await TakeAsync(cancel);
        if (calls.Count == 0)
            return false;

        var answers = await Task.WhenAll(calls.Select(call => AskAsync(call, cancel)));
        await StoreAsync(calls.Zip(answers).ToDictionary(pair => pair.First.ShipmentId, pair => pair.Second));
        return calls.Count == Batch;
    }

    private async Task<IReadOnlyList<Call>> TakeAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShippingDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var due = await db.LockDueAsync(Batch, cancel);
        if (due.Count == 0)
            return [];

        var until = await db.NowAsync(cancel) + Lease;
        foreach (var shipment in due)
            shipment.Lease(until);

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return due.ConvertAll(shipment => new Call(shipment.Id, shipment.ShipTo!, shipment.State));
    }

    private async Task<Happening> AskAsync(Call call, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await AnswerAsync(call, cancel);
        metrics.Answered(call.State.Ask, answer, Stopwatch.GetElapsedTime(started));
        return answer;
    }

    private async Task<Happening> AnswerAsync(Call call, CancellationToken cancel)
    {
        try
        {
            var answer = call.State.Ask == CarrierAsk.Book
                ? carrier.BookAsync(call.ShipmentId, call.ShipTo, cancel)
                : carrier.ScanAsync(call.State.TrackingNumber!, call.State.Status, call.ShipTo, cancel);
            return await answer.WaitAsync(Patience, cancel);
        }
#pragma warning disable CA1031 // A carrier's client may throw anything; one parcel's trouble must not hold up the batch.
        catch (Exception exception) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogSilent(exception, call.ShipmentId, call.State.Ask);
            return new Silence();
        }
    }

    // Without a cancellation token: what the carrier said is worth more than a quick end.
    private async Task StoreAsync(Dictionary<Guid, Happening> answers)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShippingDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var ids = answers.Keys.ToArray();
        var now = await db.NowAsync(CancellationToken.None);
        // Locked in one order by all workers, so that they can't wait for each other in a circle.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM shipping.shipments WHERE id = ANY ({ids}) ORDER BY id FOR UPDATE");
        var shipments = await db.Shipments.Where(shipment => ids.Contains(shipment.Id)).ToListAsync();
        foreach (var shipment in shipments)
        {
            using var activity = metrics.StartMove(shipment.TraceParent);
            shipment.Release();
            db.Apply(shipment, answers[shipment.Id], now);
            activity?.DisplayName = $"parcel {shipment.State.Status}";
            // Inside its span, so that the line leads to the order's trace; if the commit fails, it comes twice.
            if (shipment.Events.Count > 0 && shipment.State.Status is ShipmentStatus.Delivered or ShipmentStatus.Rejected)
                LogEnded(shipment.OrderId, shipment.State.Status);
        }

        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        foreach (var shipment in shipments.Where(shipment => shipment.Events.Count > 0))
        {
            metrics.Became(shipment.State.Status);
        }
    }

    // A parcel's step must not take much longer than configured because nobody looks.
    private static TimeSpan Interval(TimeSpan step) => TimeSpan.FromMilliseconds(Math.Clamp(step.TotalMilliseconds / 10, 50, 500));

    [LoggerMessage(1, LogLevel.Information, "The shipment of order {OrderId} ended: {Status}")]
    private partial void LogEnded(Guid orderId, ShipmentStatus status);

    [LoggerMessage(2, LogLevel.Debug, "The carrier gave no answer for shipment {ShipmentId} to {Ask} and will be asked again")]
    private partial void LogSilent(Exception exception, Guid shipmentId, CarrierAsk ask);

    private sealed record Call(Guid ShipmentId, ShipTo ShipTo, ShipmentState State);
}
