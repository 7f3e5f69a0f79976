using System.Diagnostics;
using Npgsql;

namespace Shop.Load;

/// <summary>
/// How many events a second pass from the outbox of Payments through Redis to the inbox of Orders. They say of orders
/// that are delivered that money was refunded, which Orders takes note of by its inbox alone: the handler reads and
/// locks the order and changes nothing.
/// </summary>
internal sealed class Pipeline(string payments, string orders) : IAsyncDisposable
{
    // For each second of the measurement, all published at once: about what the shop handles in that time.
    private const int EventsPerSecond = 2000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly NpgsqlDataSource _payments = NpgsqlDataSource.Create(payments);
    private readonly NpgsqlDataSource _orders = NpgsqlDataSource.Create(orders);

    /// <summary>From the first record of an inbox to the last.</summary>
    /// <exception cref="InvalidOperationException">No order is delivered, or events do not arrive.</exception>
    public async Task<double> PerSecondAsync(TimeSpan duration, CancellationToken cancel)
    {
        Guid[] events = [.. Enumerable.Range(0, (int)(EventsPerSecond * duration.TotalSeconds))
            .Select(_ => Guid.CreateVersion7())];
        await PublishAsync(events, await DeliveredAsync(cancel), cancel);

        var (first, last) = (events.Min(), events.Max());
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Longest;)
        {
            var (handled, seconds) = await HandledAsync(first, last, cancel);
            if (handled >= events.Length)
                return handled / seconds;

            await Task.Delay(Look, cancel);
        }

        throw new InvalidOperationException("Orders does not get through with the events of Payments.");
    }

    public async ValueTask DisposeAsync()
    {
        await _payments.DisposeAsync();
        await _orders.DisposeAsync();
    }

    private async Task<Guid[]> DeliveredAsync(CancellationToken cancel)
    {
        await using var query = _orders.CreateCommand(
            "SELECT array_agg(id) FROM (SELECT id FROM orders.orders WHERE status = 'Delivered' LIMIT 1000) AS ended");
        return await query.ExecuteScalarAsync(cancel) as Guid[]
            ?? throw new InvalidOperationException("No order is delivered yet.");
    }

    private async Task PublishAsync(Guid[] events, Guid[] subjects, CancellationToken cancel)
    {
        await using var insert = _payments.CreateCommand(
            """
            INSERT INTO payments.outbox (id, type, subject, content, at)
            SELECT id, 'shop.payments.payment-refunded.v1', subject, jsonb_build_object(
                'specversion', '1.0', 'id', id, 'source', '/shop/payments',
                'type', 'shop.payments.payment-refunded.v1', 'subject', subject, 'time', now(),
                'datacontenttype', 'application/json',
                'data', jsonb_build_object(
                    'orderId', subject, 'amount', jsonb_build_object('amount', 1, 'currency', 'EUR')))::text, now()
            FROM unnest($1::uuid[], $2::uuid[]) AS events (id, subject)
            """);
        insert.Parameters.Add(new() { Value = events });
        insert.Parameters.Add(new() { Value = events.Select((_, i) => subjects[i % subjects.Length]).ToArray() });
        await insert.ExecuteNonQueryAsync(cancel);
    }

    private async Task<(long Handled, double Seconds)> HandledAsync(
        Guid first, Guid last, CancellationToken cancel)
    {
        await using var query = _orders.CreateCommand(
            """
            SELECT count(*), coalesce(extract(epoch FROM max(at) - min(at)), 0)::float8
            FROM orders.inbox AS message WHERE message_id BETWEEN $1 AND $2
                AND NOT EXISTS (SELECT FROM orders.dead_letters WHERE message_id = message.message_id)
            """);
        query.Parameters.Add(new() { Value = first });
        query.Parameters.Add(new() { Value = last });
        await using var reader = await query.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return (reader.GetInt64(0), reader.GetDouble(1));
    }
}
