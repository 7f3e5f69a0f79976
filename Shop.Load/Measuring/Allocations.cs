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
            await Task.WhenAll(counters.Select(counter => counter.NextAsync(bench.Cancel)));
            var before = counters.Sum(counter => counter.Bytes);
            var measured = (await bench.ClosedAsync(scenario, connections, duration)).Checked();
            await bench.Backlog.EmptyAsync(_ => { }, bench.Cancel);
            await Task.WhenAll(counters.Select(counter => counter.NextAsync(bench.Cancel)));
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

    // Reports come once a second, so a lost one is missed.
    private static readonly TimeSpan Inexact = TimeSpan.FromSeconds(0.5);

    private readonly EventPipeSession _session;
    private readonly Task _reading;
    private volatile Counted? _counted;

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

    public double Bytes => _counted?.Bytes ?? 0;

    /// <summary>
    /// Waits until everything that was allocated before is counted. A report may be read seconds after it was written,
    /// so its own time counts; one that got lost would look like memory that nobody needed.
    /// </summary>
    /// <exception cref="InvalidOperationException">Reports are missing.</exception>
    public async Task NextAsync(CancellationToken cancel)
    {
        var (asked, counted) = (TimeProvider.System.GetUtcNow(), _counted);
        for (; !(counted?.Last > asked); counted = _counted)
            await Task.Delay(Look, cancel);

        if (counted.Last - counted.First - counted.Covered is var missing && missing > Inexact)
            throw new InvalidOperationException($"{missing.TotalSeconds:F1} s of a process's reports are missing.");
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
            // { Payload: { Name: "alloc-rate", Increment: 8192, IntervalSec: 1.0, … } }
            if (report.EventName != "EventCounters"
                || report.PayloadValue(0) is not IDictionary<string, object> { } outer
                || outer["Payload"] is not IDictionary<string, object> counter
                || counter["Name"] is not "alloc-rate")
                return;

            var (at, bytes) = ((DateTimeOffset)report.TimeStamp, (double)counter["Increment"]);
            _counted = _counted is null
                ? new(bytes, at, at, TimeSpan.Zero)
                : _counted with
                {
                    Bytes = _counted.Bytes + bytes,
                    Last = at,
                    Covered = _counted.Covered + TimeSpan.FromSeconds((float)counter["IntervalSec"]),
                };
        };
        source.Process();
    }

    /// <summary>The reports that were read.</summary>
    /// <param name="Bytes">All that they tell.</param>
    /// <param name="First">When the first was written.</param>
    /// <param name="Last">When the last was written.</param>
    /// <param name="Covered">How much of the time between is told of.</param>
    private sealed record Counted(double Bytes, DateTimeOffset First, DateTimeOffset Last, TimeSpan Covered);
}
