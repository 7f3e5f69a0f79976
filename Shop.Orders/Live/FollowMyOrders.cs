using System.Globalization;
using System.Net.ServerSentEvents;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Live;

/// <summary>
/// The latest step of each of the caller's newest orders whenever there is one, for as long as the caller listens.
/// Begin to listen, then read the list: so nothing is missed. An event's id is its time; after Last-Event-ID some
/// events may come a second time, with the same version.
/// </summary>
internal static class FollowMyOrders
{
    /// <summary>A customer looks at the newest orders; older ones have ended, and each look would cost more.</summary>
    private const int Newest = 100;

    /// <summary>How long a step may take from its time to its commit: what is that young may come again.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    public static async Task<Results<ServerSentEventsResult<LiveOrder?>, ProblemHttpResult>> Handle(
        CurrentUser user, OrderListeners listeners, IServiceScopeFactory scopes, HttpContext http,
        CancellationToken cancel)
    {
        if (!LiveOrders.TryReadPosition(http.Request, out var position)
            || position > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return LiveOrders.Malformed();

        var listener = listeners.TryAdd(user.Id, order: null, LiveOrders.ValidUntil(http.User), cancel);
        if (listener is null)
            return LiveOrders.TooMany();

        http.Response.RegisterForDispose(listener);
        var orders = await LiveOrders.ReadAsync(scopes, db => ReadAsync(db, user.Id, cancel));
        var from = position is { } milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : DateTimeOffset.MaxValue;
        return TypedResults.ServerSentEvents(
            http.IsHeadRequest() ? LiveOrders.Nothing : FollowAsync(orders, from, user.Id, listener, scopes));
    }

    private static async IAsyncEnumerable<SseItem<LiveOrder?>> FollowAsync(
        List<Order> orders, DateTimeOffset from, Guid customer, OrderListener listener, IServiceScopeFactory scopes)
    {
        var sent = orders
            .Where(order => order.Since < from && from - order.Since > Overlap)
            .ToDictionary(order => order.Id, order => order.Version);
        // Tells the client at once that it is connected.
        yield return LiveOrders.Heartbeat;
        while (true)
        {
            foreach (var order in orders.OrderBy(order => order.Since))
            {
                if (sent.GetValueOrDefault(order.Id) < order.Version)
                    yield return LiveOrders.Event(order, order.Version, IdOf(order));

                sent[order.Id] = order.Version;
            }

            var wake = await listener.WaitAsync();
            if (wake == Wake.End)
                yield break;

            if (wake == Wake.Quiet)
                yield return LiveOrders.Heartbeat;

            orders = wake == Wake.Changed || listener.ShouldLook()
                ? await LiveOrders.LookAsync(
                    scopes, listener, [], db => ReadAsync(db, customer, CancellationToken.None))
                : [];
        }
    }

    private static string IdOf(Order order) =>
        order.Since.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static Task<List<Order>> ReadAsync(OrdersDb db, Guid customer, CancellationToken cancel) => db.Orders
        .AsNoTracking()
        .Where(order => order.CustomerId == customer)
        .OrderByDescending(order => order.Id)
        .Take(Newest)
        .ToListAsync(cancel);
}
