using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Shop.Tests.StandIns;

public partial class AnObservedHost
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Measures_its_requests_its_calls_and_its_runtime()
    {
        using var metrics = new Kept<Metric>(metric => metric.Name);
        using var reader = new BaseExportingMetricReader(metrics);
        await using var server = await LocalServer.Start(
            app => app.MapGet("/", () => "fine"),
            builder => builder.Services.AddOpenTelemetry().WithMetrics(meters => meters
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddReader(reader)));
        await using var clients = new LocalClients(_ => { });

        await clients.Create().GetStringAsync(server.Address, Cancel);

        await Eventually.Is(
            () =>
            {
                server.Services.GetRequiredService<MeterProvider>().ForceFlush();
                return Task.FromResult(metrics.Names);
            },
            names => names.IsSupersetOf(["http.server.request.duration", "http.client.request.duration", "dotnet.gc.collections"]),
            TimeSpan.FromSeconds(10),
            "The set of metrics");
    }

    [Fact]
    public async Task Writes_the_trace_beside_each_log_line()
    {
        using var trace = new Trace();
        using var lines = new Kept<LogRecord>(line => $"{line.TraceId} {line.EventId.Name}");
        using var keeper = new SimpleLogRecordExportProcessor(lines);
        await using var server = await LocalServer.Start(
            app => app.MapGet("/", (ILogger<AnObservedHost> log) => LogLampSold(log, 7)),
            builder =>
            {
                builder.Trace(trace);
                builder.Services.AddOpenTelemetry().WithLogging(logging => logging.AddProcessor(keeper));
            });
        await using var clients = new LocalClients(_ => { });

        using var response = await clients.Create().GetAsync(server.Address, Cancel);

        Assert.Contains($"{trace.Id} {nameof(LogLampSold)}", lines.Names);
    }

    [Fact]
    public async Task Sends_what_it_still_has_when_it_ends()
    {
        using var source = new ActivitySource(nameof(Sends_what_it_still_has_when_it_ends));
        using var spans = new Kept<Activity>(span => span.DisplayName);
        using var batch = new BatchActivityExportProcessor(spans, scheduledDelayMilliseconds: int.MaxValue);
        await using (await LocalServer.Start(
            _ => { },
            builder => builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(source.Name).AddProcessor(batch))))
        {
            source.StartActivity("the last span")?.Dispose();
            Assert.Empty(spans.Names);
        }

        Assert.Equal(["the last span"], spans.Names);
    }

    [Fact]
    public async Task Is_observed_from_its_start_by_all_that_asked()
    {
        using var one = new ActivitySource("Shop.Tests.One");
        using var two = new ActivitySource("Shop.Tests.Two");
        using var spans = new Kept<Activity>(span => span.DisplayName);
        using var keeper = new SimpleActivityExportProcessor(spans);
        await using var server = await LocalServer.Start(_ => { }, builder =>
        {
            builder.Services.AddHostedService(_ => new Starting(one));
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(one.Name).AddProcessor(keeper));
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(two.Name));
        });

        two.StartActivity("running")?.Dispose();

        Assert.Equal(["running", "starting"], spans.Names.Order());
    }

    [LoggerMessage(1, LogLevel.Information, "Lamp {Id} is sold")]
    private static partial void LogLampSold(ILogger log, int id);

    private sealed class Starting(ActivitySource source) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            source.StartActivity("starting")?.Dispose();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Keeps a name of each thing exported: the things themselves are used again by the SDK.</summary>
    private sealed class Kept<T>(Func<T, string> name) : BaseExporter<T>
        where T : class
    {
        private readonly ConcurrentQueue<string> _names = [];

        public HashSet<string> Names => [.. _names];

        public override ExportResult Export(in Batch<T> batch)
        {
            foreach (var thing in batch)
                _names.Enqueue(name(thing));

            return ExportResult.Success;
        }
    }
}
