using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Hosting;

public sealed class NativeServerTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Spike()
    {
        var o = TestContext.Current.TestOutputHelper!;
        var w = Stopwatch.StartNew();
        await using var host = await SmallHost.StartAsync(_home.Settings);
        await host.HealthyAsync();
        o.WriteLine($"healthy {w.Elapsed}");
        o.WriteLine(await host.ConnectionStringAsync("shop"));
        o.WriteLine(await host.ConnectionStringAsync("redis"));
        o.WriteLine(await host.QueryAsync<string>("select version()"));
        await using (var c = new Npgsql.NpgsqlConnection(await host.ConnectionStringAsync("shop"))) { await c.OpenAsync();
        w.Restart();
        await host.CommandAsync("postgres", KnownResourceCommands.RestartCommand);
        o.WriteLine($"restarted {w.Elapsed}"); await host.HealthyAsync();
        o.WriteLine($"restarted healthy {w.Elapsed}"); }
        w.Restart();
        await host.CommandAsync("redis", KnownResourceCommands.RestartCommand);
        o.WriteLine($"restarted redis {w.Elapsed}"); await host.HealthyAsync();
        o.WriteLine($"restarted redis healthy {w.Elapsed}");
        o.WriteLine(await host.LogAsync("postgres"));
        o.WriteLine(await host.LogAsync("redis"));
        w.Restart();
        await host.DisposeAsync();
        o.WriteLine($"disposed {w.Elapsed}");
    }
}
