using System.Diagnostics;
using Npgsql;

namespace Shop.Load;

/// <summary>
/// What the shop has still to do: orders under way and events that are not sent yet. Whatever is measured while there
/// is some measures that too.
/// </summary>
internal sealed class Backlog(string orders, string payments, string shipping) : IAsyncDisposable
{
    private const int LooksPerReport = 20;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly (NpgsqlDataSource Database, string Query)[] _counts =
    [
        (NpgsqlDataSource.Create(orders), $"SELECT ({Deliveries.CountUnderWay}), (SELECT count(*) FROM orders.outbox)"),
        (NpgsqlDataSource.Create(payments), "SELECT 0::bigint, (SELECT count(*) FROM payments.outbox)"),
        (NpgsqlDataSource.Create(shipping), "SELECT 0::bigint, (SELECT count(*) FROM shipping.outbox)"),
    ];

    /// <summary>Of a shop that was started here.</summary>
    public static async Task<Backlog> OfAsync(ShopUnderLoad shop, CancellationToken cancel) => new(
        await shop.ConnectionAsync("ordersdb", cancel),
        await shop.ConnectionAsync("paymentsdb", cancel),
        await shop.ConnectionAsync("shippingdb", cancel));

    public async Task<Waiting> CountAsync(CancellationToken cancel)
    {
        var sum = new Waiting(0, 0);
        foreach (var (database, query) in _counts)
        {
            await using var command = database.CreateCommand(query);
            await using var reader = await command.ExecuteReaderAsync(cancel);
            await reader.ReadAsync(cancel);
            sum = new(sum.Orders + reader.GetInt64(0), sum.Events + reader.GetInt64(1));
        }

        return sum;
    }

    /// <summary>Waits until there is nothing left.</summary>
    /// <param name="report">Is told what is.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="InvalidOperationException">For minutes it has not become less.</exception>
    public async Task EmptyAsync(Action<Waiting> report, CancellationToken cancel)
    {
        var (least, since, looks) = (long.MaxValue, Stopwatch.GetTimestamp(), 0);
        while (await CountAsync(cancel) is { All: > 0 } waiting)
        {
            if (waiting.All < least)
                (least, since) = (waiting.All, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(since) > LongestPause)
                throw new InvalidOperationException($"The shop does not get through with {waiting}.");

            if (looks++ % LooksPerReport == 0)
                report(waiting);

            await Task.Delay(Look, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (database, _) in _counts)
            await database.DisposeAsync();
    }
}

/// <summary>How many orders are under way, and how many events are not sent yet.</summary>
internal sealed record Waiting(long Orders, long Events)
{
    public long All => Orders + Events;

    public override string ToString() => $"{Orders} orders under way and {Events} events to send";
}
