using System.Diagnostics.Metrics;

namespace Shop.Orders;

/// <summary>
/// Counts a transition a moment before its commit: one that is rolled back and repeated counts twice.
/// </summary>
internal sealed class OrdersMetrics
{
    public const string MeterName = "Shop.Orders";

    private readonly Counter<long> _placed;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _listeners;

    public OrdersMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _placed = meter.CreateCounter<long>("shop.orders.placed", "{order}", "Orders accepted.");
        _ended = meter.CreateCounter<long>("shop.orders.ended", "{order}", "Orders that ended, by final status.");
        _retries = meter.CreateCounter<long>("shop.orders.asked_again", "{request}", "Deadlines that passed.");
        _duration = meter.CreateHistogram<double>("shop.orders.duration", "s", "From placing an order to its end.");
        _listeners = meter.CreateUpDownCounter<long>(
            "shop.orders.listeners", "{connection}", "Connections that follow orders live.");
    }

    public void Placed() => _placed.Add(1);

    public void Listening(int change) => _listeners.Add(change);

    public void Advanced(Order order, OrderInput input, OrderTransition transition)
    {
        if (input is DeadlinePassed && transition.Events.Count > 0)
            _retries.Add(1, new KeyValuePair<string, object?>("status", order.Status.ToString()));

        if (order.Status is OrderStatus.Delivered or OrderStatus.Cancelled && transition.Events.Count > 0)
        {
            var status = new KeyValuePair<string, object?>("status", order.Status.ToString());
            _ended.Add(1, status);
            _duration.Record((order.Since - order.PlacedAt).TotalSeconds, status);
        }
    }
}
