using System.Data.Common;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Orders.Live;

/// <summary>
/// A step of an order, as it is sent to a customer who follows it. The version counts the steps from 1 without gaps, so
/// that a client can drop what it has already.
/// </summary>
internal sealed record LiveOrder(Guid Id, OrderStatus Status, int Version, DateTimeOffset At, string Reason);

/// <summary>What both ways of following have in common.</summary>
internal static class LiveOrders
{
    /// <summary>The last event that a client has seen, which it sends when it connects again.</summary>
    private const string LastEventId = "Last-Event-ID";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>For who asks for the headers only.</summary>
    public static IAsyncEnumerable<SseItem<LiveOrder?>> Nothing { get; } =
        AsyncEnumerable.Empty<SseItem<LiveOrder?>>();

    public static SseItem<LiveOrder?> Heartbeat { get; } = new(null, "heartbeat");

    public static SseItem<LiveOrder?> Event(Order order, int version, string id)
    {
        var step = order.History[version - 1];
        return new(new(order.Id, step.Status, version, step.At, step.Reason), "order") { EventId = id };
    }

    /// <summary>The position after which the client wants events; null for none, false when it is malformed.</summary>
    public static bool TryReadPosition(HttpRequest request, out long? position)
    {
        position = null;
        if (request.Headers[LastEventId] is not [{ Length: > 0 } text])
            return request.Headers[LastEventId].Count <= 1;

        position = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : null;
        return position is not null;
    }

    public static ProblemHttpResult Malformed() => Problem.BadRequest($"{LastEventId} is the id of an event of ours.");

    public static ProblemHttpResult TooMany() =>
        Problem.TooManyRequests("There are too many live connections. Close one of them.", RetryAfter);

    /// <summary>In a scope of its own: a context for every open connection would cost memory for nothing.</summary>
    public static async Task<T> ReadAsync<T>(IServiceScopeFactory scopes, Func<OrdersDb, Task<T>> read)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<OrdersDb>());
    }

    /// <summary>While the database is away the connection stays, and looks again with its next heartbeat.</summary>
    public static async Task<T> LookAsync<T>(
        IServiceScopeFactory scopes, OrderListener listener, T otherwise, Func<OrdersDb, Task<T>> read)
    {
        try
        {
            return await ReadAsync(scopes, read);
        }
        catch (Exception exception)
            when (exception.GetBaseException() is DbException or SocketException or TimeoutException or IOException)
        {
            listener.LookSoon();
            return otherwise;
        }
    }

    /// <summary>A token that is no longer valid must not go on showing what happens.</summary>
    public static DateTimeOffset ValidUntil(ClaimsPrincipal user) => DateTimeOffset.FromUnixTimeSeconds(
        long.Parse(user.FindFirstValue("exp")!, CultureInfo.InvariantCulture));
}
