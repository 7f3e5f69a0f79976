using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Monolith;

namespace Shop.Tests.Topologies;

/// <summary>What a call between modules costs in memory and over loopback; on demand, for ADR 0032.</summary>
public class TransportMeasurement(ITestOutputHelper output)
{
    private const int Calls = 5000;

    [Fact(Explicit = true)]
    public async Task Compares_a_call_in_memory_with_one_over_loopback()
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddModules(
            new Module("called", _ => { }, routes => routes.MapGet("/answer", () => "yes").AllowAnonymous()));
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGet("/answer", () => "yes").AllowAnonymous();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var here = app.Urls.Single();
        var memory = app.Services.GetRequiredService<MemoryTransport>();

        foreach (var round in (string[])["warm-up", "measured", "again"])
        {
            foreach (var parallel in (int[])[1, 16])
            {
                output.WriteLine($"{round}, {parallel} at a time: "
                    + $"memory {await MeasureAsync("http://called", memory, parallel)}, "
                    + $"loopback {await MeasureAsync(here, null, parallel)}");
            }
        }
    }

    private static async Task<string> MeasureAsync(string address, MemoryTransport? memory, int parallel)
    {
        using var handler = new SocketsHttpHandler();
        if (memory is not null)
            handler.ConnectCallback = memory.ConnectAsync;

#pragma warning disable RS0030 // The factory's clients would add their resilience to both.
        using var http = new HttpClient(handler);
#pragma warning restore RS0030
        var uri = new Uri($"{address}/answer");
        var times = new double[Calls];
        await Parallel.ForAsync(
            0, Calls, new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (call, cancel) =>
            {
                var start = Stopwatch.GetTimestamp();
                await http.GetStringAsync(uri, cancel);
                times[call] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            });
        Array.Sort(times);
        return $"p50 {times[Calls / 2]:0} us, p99 {times[Calls * 99 / 100]:0} us";
    }
}
