using Microsoft.Extensions.Options;
using Shop.Messaging;
using Shop.Orders.Stock;

namespace Shop.Orders;

/// <summary>
/// Loads an order under its lock, lets the process decide, stores the order, moves its stock and publishes: all in the
/// caller's transaction, so all of it or nothing. The lock makes events, cancellations and deadlines of one order queue.
/// </summary>
internal sealed class OrderProcessHandlers(IOptions<OrdersOptions> options, OrdersMetrics metrics, ILogger<Order> log)
{
    /// <summary>Handles any event about an order that another service published.</summary>
    public static async Task On<TEvent>(TEvent happened, OrdersDb db, EventContext context, CancellationToken cancel)
        where TEvent : IEvent
    {
        var (order, now) = await db.LockOrderAsync(happened.Subject, cancel)
            ?? throw new InvalidOperationException($"There is no order {happened.Subject}.");
        await context.Services.GetRequiredService<OrderProcessHandlers>()
            .AdvanceAsync(db, order, happened, now, cancel);
    }

    /// <summary>Applies what happened to an order that is locked; the caller saves and commits.</summary>
    public async Task AdvanceAsync(
        OrdersDb db, Order order, object happened, DateTimeOffset now, CancellationToken cancel)
    {
        var step = order.Apply(happened, now, options.Value.Deadlines);
        foreach (var change in step.Events.OfType<OrderStatusChanged>())
        {
            if (change.Status == OrderStatus.Cancelled)
            {
                await StockLevels.ReleaseAsync(db, order, cancel);
                log.Cancelled(order.Id);
            }
            else if (change.Status == OrderStatus.Shipped)
                await StockLevels.SellAsync(db, order, cancel);
        }

        Publish(db, step.Events);
        metrics.Advanced(order, happened, step);
    }

    public static void Publish(OrdersDb db, IReadOnlyList<object> events)
    {
        foreach (var next in events)
        {
            switch (next)
            {
                case OrderPlaced placed: db.Publish(placed); break;
                case PaymentRequested request: db.Publish(request); break;
                case PaymentCancellationRequested request: db.Publish(request); break;
                case ShipmentRequested request: db.Publish(request); break;
                case ShipmentCancellationRequested request: db.Publish(request); break;
                case OrderStatusChanged change: db.Publish(change); break;
                default: throw new InvalidOperationException($"{next.GetType().Name} is no event of Orders.");
            }
        }
    }
}
