using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace Shop.Load;

/// <summary>
/// How many bytes the shop's processes allocate for what is asked of them, all that follows from it included: each
/// tells once a second by the runtime's own counters. Told as how many a megabyte is enough for, since more is better.
/// </summary>
internal sealed class Allocations(Bench bench)
{
    private const double Megabyte = 1_000_000;

    /// <summary>How many a megabyte is enough for, until nothing is under way any more.</summary>
    public async Task<double> PerMegabyteAsync(Scenario scenario, int connections, TimeSpan duration)
    {
        AllocationCounter[] counters =
        [
            .. bench.Shop.Processes().Select(process => new AllocationCounter(bench.Shop.ProcessId(process.Name))),
        ];
        try
        {
            foreach (var counter in counters)
                await counter.NextAsync(bench.Cancel);

            var before = counters.Sum(counter => counter.Bytes);
            var measured = (await bench.ClosedAsync(scenario, connections, duration)).Checked();
            await bench.Backlog.EmptyAsync(_ => { }, bench.Cancel);
            foreach (var counter in counters)
                await counter.NextAsync(bench.Cancel);

            return measured.Done * Megabyte / (counters.Sum(counter => counter.Bytes) - before);
        }
        finally
        {
            foreach (var counter in counters)
                await counter.DisposeAsync();
        }
    }
}

/// <summary>What one process has allocated since it was first asked.</summary>
internal sealed class AllocationCounter : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly EventPipeSession _session;
    private readonly Task _reading;
    private double _bytes;
    private int _reports;

    public AllocationCounter(int process)
    {
        _session = new DiagnosticsClient(process).StartEventPipeSession(
            [
                new EventPipeProvider(
                    "System.Runtime", EventLevel.Informational,
                    arguments: new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" }),
            ],
            requestRundown: false);
        _reading = Task.Factory.StartNew(
            Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public double Bytes => Volatile.Read(ref _bytes);

    /// <summary>Waits until everything that was allocated before is counted.</summary>
    public async Task NextAsync(CancellationToken cancel)
    {
        for (var seen = Volatile.Read(ref _reports); Volatile.Read(ref _reports) == seen;)
            await Task.Delay(Look, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _session.StopAsync(CancellationToken.None);
        await _reading;
        _session.Dispose();
    }

    private void Read()
    {
        using var source = new EventPipeEventSource(_session.EventStream);
        source.Dynamic.All += report =>
        {
            // { Payload: { Name: "alloc-rate", Increment: 8192, … } }
            if (report.EventName != "EventCounters"
                || report.PayloadValue(0) is not IDictionary<string, object> { } outer
                || outer["Payload"] is not IDictionary<string, object> counter
                || counter["Name"] is not "alloc-rate")
                return;

            Volatile.Write(ref _bytes, _bytes + (double)counter["Increment"]);
            Interlocked.Increment(ref _reports);
        };
        source.Process();
    }
}
