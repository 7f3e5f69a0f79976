using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;
using Shop.Tests.Distributed;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>The faults by the numbers of the catalogue. Each breaks something, and has it whole again when it returns.</summary>
internal sealed class Faults(RunningShop shop, CancellationToken cancel)
{
    private const string Streams = "shop:";

    /// <summary>How many dead letters the faults so far must have led to, by the service that keeps them.</summary>
    public Dictionary<string, long> Poison { get; } = [];

    public Task ApplyAsync(string fault) => fault switch
    {
        "F01 kill Users" => shop.KillAsync("users"),
        "F02 kill Orders" => shop.KillAsync("orders"),
        "F03 kill Payments" => shop.KillAsync("payments"),
        "F04 kill Shipping" => shop.KillAsync("shipping"),
        "F05 kill Gateway" => shop.KillAsync("gateway"),
        "F08 restart Postgres" => shop.RestartAsync("postgres"),
        "F09 kill Postgres" => shop.KillAsync("postgres"),
        "F10 end all sessions" => EndSessionsAsync(),
        "F11 stall Postgres" => StallAsync("postgres", TimeSpan.FromSeconds(3)),
        "F18 stop Redis for a while" => AwayAsync("redis", TimeSpan.FromSeconds(3)),
        "F19 kill Redis" => shop.KillAsync("redis"),
        "F21 empty Redis" => RedisAsync((redis, server) => server.FlushAllDatabasesAsync()),
        "F21 delete a stream" => RedisAsync((redis, _) => redis.KeyDeleteAsync($"{Streams}orders")),
        "F21 destroy a group" => RedisAsync((redis, _) => redis.StreamDeleteConsumerGroupAsync($"{Streams}payments", "orders")),
        "F22 stall Redis" => StallAsync("redis", TimeSpan.FromSeconds(6)),
        "F30 poison" => PoisonAsync(),
        "F37 stop everything at once" => TogetherAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such fault."),
    };

    private async Task AwayAsync(string resource, TimeSpan time)
    {
        await shop.CommandAsync(resource, KnownResourceCommands.StopCommand);
        await Task.Delay(time, cancel);
        await shop.CommandAsync(resource, KnownResourceCommands.StartCommand);
        await shop.App.ResourceNotifications.WaitForResourceHealthyAsync(resource, cancel);
    }

    private async Task TogetherAsync()
    {
        string[] services = ["users", "orders", "payments", "shipping"];
        await Task.WhenAll(services.Select(service => shop.CommandAsync(service, KnownResourceCommands.StopCommand)));
        await Task.WhenAll(services.Select(service => shop.CommandAsync(service, KnownResourceCommands.StartCommand)));
        foreach (var service in services)
            await shop.App.ResourceNotifications.WaitForResourceHealthyAsync(service, cancel);
    }

    /// <summary>Neither dead nor alive: the process gets no time, its sockets stay open.</summary>
    private async Task StallAsync(string resource, TimeSpan time)
    {
        var processes = Descendants(await shop.ProcessIdOfAsync(resource));
        Signal("-STOP", processes);
        try
        {
            await Task.Delay(time, cancel);
        }
        finally
        {
            Signal("-CONT", processes);
        }
    }

    private async Task EndSessionsAsync()
    {
        await using var source = NpgsqlDataSource.Create((await shop.App.GetConnectionStringAsync("ordersdb", cancel))!);
        await using var command = source.CreateCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
        await command.ExecuteScalarAsync(cancel);
    }

    private async Task RedisAsync(Func<IDatabase, IServer, Task> act)
    {
        var options = ConfigurationOptions.Parse((await shop.App.GetConnectionStringAsync("redis", cancel))!);
        options.AllowAdmin = true;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        await act(redis.GetDatabase(), redis.GetServer(redis.GetEndPoints()[0]));
    }

    /// <summary>Bytes that are no JSON, an entry without an event, and an order that lacks its amount.</summary>
    private Task PoisonAsync() => RedisAsync(async (redis, _) =>
    {
        var id = Guid.CreateVersion7();
        await redis.StreamAddAsync($"{Streams}orders", "event", new byte[] { 0xff, 0xfe, 0x00 });
        await redis.StreamAddAsync($"{Streams}orders", "something", "else");
        await redis.StreamAddAsync($"{Streams}orders", "event", $$$"""
            {"specversion":"1.0","id":"{{{id}}}","source":"/shop/orders","type":"shop.orders.payment-requested.v1","subject":"{{{id}}}","time":"2026-11-22T12:00:00Z","data":{"orderId":"{{{id}}}"}}
            """);
        // The first two are malformed for both readers of the stream, the third only for the one that reads its type.
        Poison["payments"] = Poison.GetValueOrDefault("payments") + 3;
        Poison["shipping"] = Poison.GetValueOrDefault("shipping") + 2;
    });

    private static int[] Descendants(int root)
    {
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => (Id: int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture), Parent: ParentOf(name!)))
            .ToLookup(process => process.Parent, process => process.Id);
        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i]]);

        return [.. found];
    }

    private static int ParentOf(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return 0;
        }
    }

    private static void Signal(string signal, int[] processes)
    {
        using var kill = Process.Start("kill", [signal, .. processes.Select(id => $"{id}")]);
        kill.WaitForExit();
    }
}
