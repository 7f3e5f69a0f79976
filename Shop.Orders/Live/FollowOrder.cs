using System.Globalization;
using System.Net.ServerSentEvents;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Live;

/// <summary>
/// One order as it happens, for its customer: every step after Last-Event-ID, then each new one, until it has ended.
/// </summary>
internal static class FollowOrder
{
    public static async Task<Results<ServerSentEventsResult<LiveOrder?>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, OrderListeners listeners, IServiceScopeFactory scopes, HttpContext http,
        CancellationToken cancel)
    {
        if (!LiveOrders.TryReadPosition(http.Request, out var position))
            return LiveOrders.Malformed();

        // It listens before it reads: what changes in between is seen by one of the two.
        var listener = listeners.TryAdd(user.Id, id, LiveOrders.ValidUntil(http.User), cancel);
        if (listener is null)
            return LiveOrders.TooMany();

        http.Response.RegisterForDispose(listener);
        return await LiveOrders.ReadAsync(scopes, db => ReadAsync(db, id, user.Id, cancel)) is { } order
            ? TypedResults.ServerSentEvents(
                http.IsHeadRequest() ? LiveOrders.Nothing : FollowAsync(order, position ?? 0, listener, scopes))
            : Problem.NotFound("There is no such order.");
    }

    private static async IAsyncEnumerable<SseItem<LiveOrder?>> FollowAsync(
        Order order, long sent, OrderListener listener, IServiceScopeFactory scopes)
    {
        while (true)
        {
            for (; sent < order.Version; sent++)
            {
                yield return LiveOrders.Event(
                    order, (int)sent + 1, (sent + 1).ToString(CultureInfo.InvariantCulture));
            }

            if (order.Status is OrderStatus.Delivered or OrderStatus.Cancelled)
                yield break;

            var wake = await listener.WaitAsync();
            if (wake == Wake.End)
                yield break;

            if (wake == Wake.Quiet)
                yield return LiveOrders.Heartbeat;

            if (wake == Wake.Changed || listener.ShouldLook())
                order = await LiveOrders.LookAsync(
                    scopes, listener, order, db => ReadAgainAsync(db, order));
        }
    }

    private static async Task<Order> ReadAgainAsync(OrdersDb db, Order known) =>
        await ReadAsync(db, known.Id, known.CustomerId, CancellationToken.None) ?? known;

    private static Task<Order?> ReadAsync(OrdersDb db, Guid id, Guid customer, CancellationToken cancel) => db.Orders
        .AsNoTracking()
        .SingleOrDefaultAsync(order => order.Id == id && order.CustomerId == customer, cancel);
}
