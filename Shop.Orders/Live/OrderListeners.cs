using System.Text.Json;
using Microsoft.Extensions.Options;
using Shop.Messaging;

namespace Shop.Orders.Live;

/// <summary>
/// Who is connected to this replica to see changes of their orders. A replica learns of a change, whichever replica
/// committed it, by the stream of Orders; the listener then reads the database. So a signal that comes twice, late or
/// not at all does no harm.
/// </summary>
internal sealed class OrderListeners(
    IOptions<OrdersOptions> options, IHostApplicationLifetime lifetime, TimeProvider clock, OrdersMetrics metrics)
    : IStreamObserver
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<OrderListener>> _byCustomer = [];
    private int _total;

    private LiveOptions Options => options.Value.Live;

    /// <summary>A listener until it is disposed of; null when the customer or this replica has too many.</summary>
    /// <param name="customer">Whose orders.</param>
    /// <param name="order">Only this one; null for all.</param>
    /// <param name="until">When the caller's token expires.</param>
    /// <param name="disconnected">Ends the listener, too.</param>
    public OrderListener? TryAdd(Guid customer, Guid? order, DateTimeOffset until, CancellationToken disconnected)
    {
        lock (_lock)
        {
            var listeners = _byCustomer.GetValueOrDefault(customer, []);
            if (listeners.Count >= Options.PerUser || _total >= Options.Total)
                return null;

            var listener = new OrderListener(
                order, Options.Heartbeat, until - clock.GetUtcNow(), clock, Remove,
                disconnected, lifetime.ApplicationStopping);
            listeners.Add(listener);
            _byCustomer[customer] = listeners;
            _total++;
            metrics.Listening(1);
            return listener;

            void Remove(OrderListener gone)
            {
                lock (_lock)
                {
                    listeners.Remove(gone);
                    if (listeners.Count == 0)
                        _byCustomer.Remove(customer);

                    _total--;
                }

                metrics.Listening(-1);
            }
        }
    }

    public void OnEvent(string type, Guid subject, JsonElement data)
    {
        if ((type == OrderStatusChanged.Type || type == OrderPlaced.Type)
            && data.TryGetProperty("customerId", out var id) && id.TryGetGuid(out var customer))
            Signal(customer, subject);
    }

    public void OnGap()
    {
        lock (_lock)
        {
            foreach (var listener in _byCustomer.Values.SelectMany(listeners => listeners))
                listener.Signal();
        }
    }

    private void Signal(Guid customer, Guid order)
    {
        lock (_lock)
        {
            foreach (var listener in _byCustomer.GetValueOrDefault(customer, []))
            {
                if (listener.Order is null || listener.Order == order)
                    listener.Signal();
            }
        }
    }
}
