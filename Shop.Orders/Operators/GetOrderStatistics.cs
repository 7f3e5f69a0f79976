using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Shop.Orders.Operators;

/// <summary>For operators: the orders of the last hour by the minute of placing, and what has become of them.</summary>
internal static class GetOrderStatistics
{
    private static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <param name="Minute">When they were placed. Minutes without an order are left out.</param>
    /// <param name="Placed">All of them.</param>
    /// <param name="Delivered">Those that have arrived.</param>
    /// <param name="Cancelled">Those that have ended otherwise.</param>
    /// <param name="SecondsToDelivery">The mean of those that have arrived; null if none has.</param>
    public sealed record Item(
        DateTimeOffset Minute, int Placed, int Delivered, int Cancelled, double? SecondsToDelivery);

    public sealed record Response(IReadOnlyList<Item> Items);

    private sealed record Row(DateTimeOffset Minute, int Placed, int Delivered, int Cancelled, double? Seconds);

    public static async Task<Ok<Response>> Handle(
        OrdersDb db, TimeProvider clock, HttpResponse http, CancellationToken cancel)
    {
        http.Headers.CacheControl = "no-store";
        var first = FirstIdOf(clock.GetUtcNow() - Span);
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT date_trunc('minute', placed_at) AS minute,
                count(*)::int AS placed,
                (count(*) FILTER (WHERE status = 'Delivered'))::int AS delivered,
                (count(*) FILTER (WHERE status = 'Cancelled'))::int AS cancelled,
                (avg(extract(epoch FROM since - placed_at)) FILTER (WHERE status = 'Delivered'))::float8 AS seconds
            FROM orders.orders WHERE id >= {first}
            GROUP BY 1 ORDER BY 1
            """).ToListAsync(cancel);
        return TypedResults.Ok(new Response(
            [.. rows.Select(row => new Item(row.Minute, row.Placed, row.Delivered, row.Cancelled, row.Seconds))]));
    }

    // Version 7 ids begin with their time, so the primary key finds the orders of an hour among millions.
    private static Guid FirstIdOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(time).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        return new(bytes, bigEndian: true);
    }
}
