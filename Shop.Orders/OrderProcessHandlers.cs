using Microsoft.Extensions.Options;
using Shop.Messaging;
using Shop.Orders.Stock;

namespace Shop.Orders;

/// <summary>
/// Load under lock, decide, apply, publish: all in the caller's transaction, so all of it or nothing. The lock makes
/// events, cancellations and deadlines of one order queue.
/// </summary>
internal sealed class OrderProcessHandlers(IOptions<OrdersOptions> options, OrdersMetrics metrics, ILogger<Order> log)
{
    /// <summary>Handles any event of another service about an order.</summary>
    public static async Task On<TEvent>(TEvent input, OrdersDb db, EventContext context, CancellationToken cancel)
        where TEvent : OrderInput, IEvent
    {
        if (await db.LockAsync(input.Subject, cancel) is not ({ } order, var now))
            throw new InvalidOperationException($"There is no order {input.Subject}.");

        context.Services.GetRequiredService<OrderProcessHandlers>().Advance(db, order, input, now);
    }

    /// <summary>
    /// Decides about an order that is locked and carries it out; the caller saves, in a transaction, and commits.
    /// </summary>
    public void Advance(OrdersDb db, Order order, OrderInput input, DateTimeOffset now)
    {
        var transition = OrderProcess.Decide(order.State, input, now, options.Value.Deadlines);
        order.Apply(transition);
        foreach (var change in transition.Events.OfType<OrderStatusChanged>())
        {
            if (change.Status == OrderStatus.Cancelled)
            {
                db.StockMovements.AddRange(StockMovement.Release(order, now));
                log.Cancelled(order.Id);
            }
            else if (change.Status == OrderStatus.Shipped)
                db.StockMovements.AddRange(StockMovement.Sell(order, now));
        }

        db.PublishAll(transition.Events);
        metrics.Advanced(order, input, transition);
    }
}
