using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>
/// The faults by the numbers of the catalogue. Each breaks something, and has it whole again when it returns.
/// </summary>
internal sealed class Faults(BreakableShop shop, Load load, Random random, CancellationToken cancel)
{
    private static readonly (string Name, Func<Faults, Task> Apply)[] Catalogue =
    [
        ("F01 kill Users", faults => faults.Shop.KillAsync("users")),
        ("F02 kill Orders", faults => faults.Shop.KillAsync("orders")),
        ("F03 kill Payments", faults => faults.Shop.KillAsync("payments")),
        ("F04 kill Shipping", faults => faults.Shop.KillAsync("shipping")),
        ("F05 kill Gateway", faults => faults.Shop.KillAsync("gateway")),
        ("F08 restart Postgres", faults => faults.Shop.RestartAsync("postgres")),
        ("F09 kill Postgres", faults => faults.Shop.KillAsync("postgres")),
        ("F10 end all sessions", faults => faults.EndSessionsAsync()),
        ("F11 stall Postgres 5 s", faults => faults.StallAsync("postgres", 5)),
        ("F12 database of Orders away 1 s", faults => faults.WithoutDatabaseAsync("orders", 1)),
        ("F12 database of Payments away 10 s", faults => faults.WithoutDatabaseAsync("payments", 10)),
        ("F12 database of Shipping away 0.3 s", faults => faults.WithoutDatabaseAsync("shipping", 0.3)),
        ("F15 a crowd with crossed baskets", faults => faults.Customers.CrowdAsync(100)),
        ("F16 take all connections 4 s", faults => faults.HogConnectionsAsync(4)),
        ("F18 stop Redis 5 s", faults => faults.AwayAsync("redis", 5)),
        ("F19 kill Redis", faults => faults.Shop.KillAsync("redis")),
        ("F21 empty Redis", faults => faults.RedisAsync(redis => redis.ExecuteAsync("FLUSHALL"))),
        ("F21 delete a stream", faults => faults.RedisAsync(redis => redis.KeyDeleteAsync("shop:orders"))),
        (
            "F21 destroy a group",
            faults => faults.RedisAsync(redis => redis.StreamDeleteConsumerGroupAsync("shop:payments", "orders"))),
        ("F22 stall Redis 6 s", faults => faults.StallAsync("redis", 6)),
        ("F23 reset the wires to Redis", faults => Task.Run(faults.Shop.RedisWire.Reset)),
        ("F23 black hole before Redis 6 s", faults => faults.CutAsync(faults.Shop.RedisWire, Wire.Silent, 6)),
        ("F23 answers of Redis lost 3 s", faults => faults.CutAsync(faults.Shop.RedisWire, Wire.LosesAnswers, 3)),
        ("F23 reset the wires to Postgres", faults => Task.Run(faults.Shop.PostgresWire.Reset)),
        ("F23 black hole before Postgres 5 s", faults => faults.CutAsync(faults.Shop.PostgresWire, Wire.Silent, 5)),
        ("F25 Redis is full 5 s", faults => faults.FullRedisAsync(5)),
        ("F28 messages in any order 6 s", faults => faults.ReorderAsync(6)),
        ("F28 everything sent once more", faults => faults.RepeatAllAsync()),
        ("F30 poison", faults => faults.PoisonAsync()),
        ("F31 slow bank 8 s", faults => faults.BankAsync("\"Latency\":\"00:00:02.500\"", 8)),
        ("F31 slow cards", faults => faults.Customers.CrowdAsync(40, "tok_slow", "tok_timeout_after_charge")),
        ("F31 bank hangs 8 s", faults => faults.BankAsync("\"Outage\":\"Hangs\"", 8)),
        ("F32 bank loses its answers 8 s", faults => faults.BankAsync("\"Outage\":\"LosesAnswers\"", 8)),
        ("F32b bank answers no questions 8 s", faults => faults.BankAsync("\"Outage\":\"AnswersNoQuestions\"", 8)),
        ("F32c charges are visible after 20 s", faults => faults.BlindBankAsync()),
        ("F33 bank refuses 8 s", faults => faults.BankAsync("\"Outage\":\"Refuses\"", 8)),
        (
            "F33 bank turns us away 8 s",
            faults => faults.BankAsync("\"Outage\":\"TurnsAway\",\"RetryAfter\":\"00:00:03\"", 8)),
        ("F35 two hundred times the same key", faults => faults.Customers.InsistAsync(200)),
        ("F37 stop everything at once", faults => faults.TogetherAsync()),
        ("F41 stop Users 8 s", faults => faults.AwayAsync("users", 8)),
        ("F41 restart Orders without Users", faults => faults.WithoutKeysAsync()),
    ];

    private BreakableShop Shop => shop;

    private Load Customers => load;

    public static IReadOnlyList<string> All { get; } = [.. Catalogue.Select(fault => fault.Name)];

    /// <summary>How many dead letters the faults so far must have led to, by the service that keeps them.</summary>
    public Dictionary<string, long> Poison { get; } = [];

    public Task ApplyAsync(string fault) => Catalogue.Single(one => one.Name == fault).Apply(this);

    /// <summary>One database takes nobody in; the server and the other databases work.</summary>
    public async Task WithoutDatabaseAsync(string service, double seconds)
    {
        var database = $"{service}db";
        await PostgresAsync($"ALTER DATABASE {database} ALLOW_CONNECTIONS false");
        try
        {
            await PostgresAsync(
                $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}'");
            await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
        }
        finally
        {
            await PostgresAsync($"ALTER DATABASE {database} ALLOW_CONNECTIONS true");
        }
    }

    private async Task AwayAsync(string resource, double seconds, Func<Task>? meanwhile = null)
    {
        await shop.CommandAsync(resource, KnownResourceCommands.StopCommand);
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
        await shop.CommandAsync(resource, KnownResourceCommands.StartCommand);
        await shop.App.ResourceNotifications.WaitForResourceHealthyAsync(resource, cancel);
    }

    private Task WithoutKeysAsync() => AwayAsync("users", 3, async () =>
    {
        await shop.CommandAsync("orders", KnownResourceCommands.RestartCommand);
        await shop.App.ResourceNotifications.WaitForResourceHealthyAsync("orders", cancel);
    });

    private async Task TogetherAsync()
    {
        string[] services = ["users", "orders", "payments", "shipping"];
        // On a busy machine a start may fail, which an orchestrator in production would try again.
        await using var supervisor = new Supervisor(shop.App);
        await Task.WhenAll(services.Select(service => shop.CommandAsync(service, KnownResourceCommands.StopCommand)));
        await Task.WhenAll(services.Select(service => shop.CommandAsync(service, KnownResourceCommands.StartCommand)));
        foreach (var service in services)
        {
            await shop.App.ResourceNotifications.WaitForResourceHealthyAsync(
                service, WaitBehavior.WaitOnResourceUnavailable, cancel);
        }
    }

    private Task StallAsync(string resource, double seconds) =>
        shop.StallAsync(resource, () => Task.Delay(TimeSpan.FromSeconds(seconds), cancel));

    private Task EndSessionsAsync() => PostgresAsync(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type "
            + "= 'client backend'");

    private async Task HogConnectionsAsync(double seconds)
    {
        var hogs = new List<NpgsqlConnection>();
        try
        {
            await HogAllAsync(hogs);
            // Those that were there before us have to come again, and find no place.
            await PostgresAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name <> 'hog' AND "
                    + "backend_type = 'client backend'",
                hogs[0]);
            await HogAllAsync(hogs);
            await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
        }
        finally
        {
            foreach (var hog in hogs)
                await hog.DisposeAsync();
        }
    }

    private async Task HogAllAsync(List<NpgsqlConnection> hogs)
    {
        var server = await shop.App.GetConnectionStringAsync("postgres", cancel);
        try
        {
            while (hogs.Count < 500)
            {
                var hog = new NpgsqlConnection($"{server};Pooling=false;Application Name=hog");
                hogs.Add(hog);
                await hog.OpenAsync(cancel);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // All taken.
        }
    }

    private static async Task PostgresAsync(string sql, NpgsqlConnection over)
    {
        await using var command = new NpgsqlCommand(sql, over);
        await command.ExecuteNonQueryAsync();
    }

    private async Task PostgresAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            $"{await shop.App.GetConnectionStringAsync("postgres", cancel)};Pooling=false");
        await connection.OpenAsync(cancel);
        await PostgresAsync(sql, connection);
    }

    private async Task RedisAsync(Func<IDatabase, Task> act)
    {
        await using var redis = await Streams.ConnectAsync(shop);
        await act(redis.GetDatabase());
    }

    private Task FullRedisAsync(double seconds) => RedisAsync(async redis =>
    {
        await redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction");
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
        await redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
    });

    private Task ReorderAsync(double seconds) =>
        new Reordering(shop, random, cancel).ForAsync(TimeSpan.FromSeconds(seconds));

    /// <summary>Every event that is still in a stream passes it again, in another order.</summary>
    private Task RepeatAllAsync() => RedisAsync(async redis =>
    {
        foreach (var stream in Streams.All)
        {
            var entries = await redis.StreamRangeAsync(stream, "-", "+", 1000, Order.Descending);
            random.Shuffle(entries);
            foreach (var entry in entries.Where(entry => !entry[Streams.Field].IsNull))
                await redis.StreamAddAsync(stream, Streams.Field, entry[Streams.Field]);
        }
    });

    /// <summary>Bytes that are no JSON, an entry without an event, and an order that lacks its amount.</summary>
    private Task PoisonAsync() => RedisAsync(async redis =>
    {
        var id = Guid.CreateVersion7();
        await redis.StreamAddAsync("shop:orders", Streams.Field, new byte[] { 0xff, 0xfe, 0x00 });
        await redis.StreamAddAsync("shop:orders", "something", "else");
        await redis.StreamAddAsync("shop:orders", Streams.Field, $$$"""
            {"specversion":"1.0","id":"{{{id}}}","source":"/shop/orders","type":"shop.orders.payment-requested.v1",
                "subject":"{{{id}}}","time":"2026-11-22T12:00:00Z","data":{"orderId":"{{{id}}}"}}
            """);
        // The first two are malformed for both readers of the stream, the third only for the one that reads its type.
        Poison["payments"] = Poison.GetValueOrDefault("payments") + 3;
        Poison["shipping"] = Poison.GetValueOrDefault("shipping") + 2;
    });

    private async Task CutAsync(TcpProxy wire, Wire how, double seconds)
    {
        wire.Cut(how);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
        }
        finally
        {
            wire.Mend();
        }
    }

    private async Task BankAsync(string settings, double seconds)
    {
        await shop.SetBankAsync(settings);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
        }
        finally
        {
            await shop.SetBankAsync();
        }
    }

    /// <summary>The bank charges, does not say so, and for 20 s denies it when asked.</summary>
    private async Task BlindBankAsync()
    {
        await BankAsync("\"Outage\":\"LosesAnswers\",\"ShowsChargesAfter\":\"00:00:20\"", 5);
        await BankAsync("\"ShowsChargesAfter\":\"00:00:20\"", 15);
    }
}
