using System.Collections.Concurrent;
using System.Diagnostics;

namespace Shop.Load;

/// <summary>The two ways to put load on a system. An action says whether it succeeded, and may throw.</summary>
internal static class Loops
{
    /// <summary>As many at a time as there are connections, each as fast as it is answered: finds the peak.</summary>
    public static async Task<Measurement> ClosedAsync(
        int connections, TimeSpan duration, Func<Task<bool>> action, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        var workers = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(
            async () =>
            {
                var (times, failed) = (new List<double>(), 0);
                while (Stopwatch.GetElapsedTime(start) < duration && !cancel.IsCancellationRequested)
                {
                    var begun = Stopwatch.GetTimestamp();
                    if (await SucceedsAsync(action))
                        times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                    else
                        failed++;
                }

                return (times, failed);
            },
            cancel)));
        return Sum(workers.SelectMany(worker => worker.times), workers.Sum(worker => worker.failed), start);
    }

    /// <summary>
    /// A fixed rate, whatever the answers do, timed from when each was meant to begin: a system that falls behind
    /// cannot hide it by being asked less.
    /// </summary>
    public static async Task<Measurement> OpenAsync(
        double perSecond, TimeSpan duration, Func<Task<bool>> action, CancellationToken cancel)
    {
        var (times, underWay, failed) = (new ConcurrentBag<double>(), new List<Task>(), 0);
        var start = Stopwatch.GetTimestamp();
        for (var number = 0; Due(number) < duration && !cancel.IsCancellationRequested; number++)
        {
            var due = Due(number);
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } pause)
                await Task.Delay(pause, cancel);

            underWay.Add(Task.Run(
                async () =>
                {
                    if (await SucceedsAsync(action))
                        times.Add((Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds);
                    else
                        Interlocked.Increment(ref failed);
                },
                cancel));
        }

        await Task.WhenAll(underWay);
        return Sum(times, failed, start);

        TimeSpan Due(int number) => TimeSpan.FromSeconds(number / perSecond);
    }

    private static async Task<bool> SucceedsAsync(Func<Task<bool>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            // Counted as a failure, which the report shows.
            return false;
        }
    }

    private static Measurement Sum(IEnumerable<double> times, int failed, long start)
    {
        var elapsed = Stopwatch.GetElapsedTime(start);
        double[] sorted = [.. times.Order()];
        return new(sorted.Length, failed, elapsed, sorted);
    }
}
