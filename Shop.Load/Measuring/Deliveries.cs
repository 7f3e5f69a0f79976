using System.Diagnostics;
using Npgsql;

namespace Shop.Load;

/// <summary>
/// What becomes of orders, read from ordersdb with one query for all of them: customers who asked for each would be a
/// load of their own, and the largest.
/// </summary>
internal sealed class Deliveries(string connection) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Only orders under way have a deadline, which has an index: it is asked many times a second.</summary>
    public const string CountUnderWay =
        """
        SELECT count(*) FROM orders.orders WHERE deadline_at IS NOT NULL AND status NOT IN ('Delivered', 'Cancelled')
        """;

    private readonly NpgsqlDataSource _orders = NpgsqlDataSource.Create(connection);

    /// <summary>Waits until no order is under way.</summary>
    /// <exception cref="InvalidOperationException">Some are still after minutes.</exception>
    public async Task AllAsync(CancellationToken cancel)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Longest;)
        {
            if (await ScalarAsync<long>(CountUnderWay, cancel) == 0)
                return;

            await Task.Delay(Look, cancel);
        }

        throw new InvalidOperationException("The shop does not get through with its orders.");
    }

    /// <summary>The database's clock, which all orders are timed by.</summary>
    public Task<DateTime> NowAsync(CancellationToken cancel) =>
        ScalarAsync<DateTime>("SELECT clock_timestamp()", cancel);

    /// <summary>From placed to delivered, for the orders placed since then, which are all delivered by now.</summary>
    public async Task<Measurement> SinceAsync(DateTime since, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        await AllAsync(cancel);
        await using var query = _orders.CreateCommand(
            """
            SELECT status, extract(epoch FROM since - placed_at)::float8 * 1000 AS time
            FROM orders.orders WHERE placed_at >= $1 ORDER BY time
            """);
        query.Parameters.Add(new() { Value = since });
        await using var reader = await query.ExecuteReaderAsync(cancel);
        var (times, failed) = (new List<double>(), 0);
        while (await reader.ReadAsync(cancel))
        {
            if (reader.GetString(0) == "Delivered")
                times.Add(reader.GetDouble(1));
            else
                failed++;
        }

        return new(times.Count, failed, Stopwatch.GetElapsedTime(start), [.. times]);
    }

    public ValueTask DisposeAsync() => _orders.DisposeAsync();

    private async Task<T> ScalarAsync<T>(string sql, CancellationToken cancel)
    {
        await using var query = _orders.CreateCommand(sql);
        return (T)(await query.ExecuteScalarAsync(cancel))!;
    }
}
