using System.Diagnostics;
using System.Globalization;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>
/// F28: takes the post out of the hands of the relays and delivers it in disorder. A trigger moves what a service wants
/// to send into a table of our own; from there it goes to the streams shuffled within a window, late, and some of it
/// twice: the parcel's delivery before its dispatch, the cancellation before the request that it cancels.
/// </summary>
internal sealed class Reordering(RunningShop shop, Random random, CancellationToken cancel)
{
    private const int Window = 50;
    private static readonly string[] Services = ["orders", "payments", "shipping"];
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(100);

    public async Task ForAsync(TimeSpan time)
    {
        await using var redis = await Streams.ConnectAsync(shop);
        try
        {
            foreach (var service in Services)
                await TakeOverAsync(service);

            for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
            {
                // Half a second on the average, two seconds at worst or thereabouts.
                await SendAsync(redis.GetDatabase(), share: 0.2);
                await Task.Delay(Round, cancel);
            }
        }
        finally
        {
            foreach (var service in Services)
                await shop.ExecuteAsync($"{service}db", $"DROP TRIGGER IF EXISTS chaos ON {service}.outbox");

            await SendAsync(redis.GetDatabase(), share: 1);
        }
    }

    private Task TakeOverAsync(string service) => shop.ExecuteAsync(
        $"{service}db",
        $"""
        CREATE SCHEMA IF NOT EXISTS chaos;
        CREATE TABLE IF NOT EXISTS chaos.held (id uuid PRIMARY KEY, content text NOT NULL);
        CREATE OR REPLACE FUNCTION chaos.hold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO chaos.held VALUES (NEW.id, NEW.content);
            DELETE FROM {service}.outbox WHERE id = NEW.id;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER chaos AFTER INSERT ON {service}.outbox FOR EACH ROW EXECUTE FUNCTION chaos.hold();
        """);

    private async Task SendAsync(IDatabase redis, double share)
    {
        foreach (var service in Services)
        {
            List<(Guid Id, string Content)> held;
            do
            {
                held = await shop.RowsAsync(
                    $"{service}db",
                    string.Create(
                        CultureInfo.InvariantCulture, $"SELECT id, content FROM chaos.held ORDER BY id LIMIT {Window}"),
                    row => (row.GetGuid(0), row.GetString(1)));
                var chosen = held.Where(_ => random.NextDouble() < share).ToArray();
                var sent = chosen.Concat(chosen.Where(_ => random.Next(4) == 0)).ToArray();
                random.Shuffle(sent);
                await Task.WhenAll(
                    sent.Select(row => redis.StreamAddAsync($"shop:{service}", Streams.Field, row.Content)));
                await redis.PublishAsync(RedisChannel.Literal($"shop:{service}"), "");
                await shop.ExecuteAsync(
                    $"{service}db",
                    "DELETE FROM chaos.held WHERE id = ANY ($1)",
                    chosen.Select(row => row.Id).ToArray());
            }
            while (share >= 1 && held.Count == Window);
        }
    }
}
