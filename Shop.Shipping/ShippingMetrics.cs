using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Shop.Shipping;

/// <summary>What operators watch: how shipments proceed, and how and how fast the carrier answers.</summary>
internal sealed class ShippingMetrics : IDisposable
{
    public const string Name = "Shop.Shipping";

    private readonly Counter<long> _moves;
    private readonly Histogram<double> _calls;
    private readonly ActivitySource _activities = new(Name);

    public ShippingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _moves = meter.CreateCounter<long>(
            "shop.shipping.moves", "{shipment}", "Changes of status that the carrier's answers brought.");
        _calls = meter.CreateHistogram<double>(
            "shop.shipping.carrier.duration", "s",
            "Time until the carrier answered, by what was asked and what came of it.");
    }

    public void Became(ShipmentStatus status) =>
        _moves.Add(1, new KeyValuePair<string, object?>("status", status.ToString()));

    public void Answered(CarrierOperation operation, CarrierAnswer answer, TimeSpan after) => _calls.Record(
        after.TotalSeconds,
        new KeyValuePair<string, object?>("ask", operation.ToString()),
        new KeyValuePair<string, object?>("answer", answer.GetType().Name));

    public Activity? StartMove(string? traceParent) =>
        _activities.StartActivity("parcel moves", ActivityKind.Internal, traceParent);

    public void Dispose() => _activities.Dispose();
}
