using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults;

/// <summary>
/// Background work that is done again and again: at once when woken or when there is more, else after the interval.
/// A wake-up is only a hint that may get lost; the interval is the net that makes the work sure to be done. Under load
/// there are 10 ms between two rounds: one round for twenty rows costs little more than one for a single row.
/// </summary>
/// <param name="name">What the log calls the worker.</param>
/// <param name="interval">How long to wait when nobody wakes it.</param>
/// <param name="ready">What must be done before the first round, as a rule the database's migrations.</param>
/// <param name="log">
/// Gets a warning when the work starts to fail and a line when it succeeds again. Until it has succeeded once, failing
/// is part of starting, since what it needs may start later than this process; that is a warning only if it goes on.
/// </param>
public abstract partial class BackgroundWorker(string name, TimeSpan interval, Task ready, ILogger log)
    : BackgroundService
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    // Whoever is woken while it works is busy: what comes in this time shares the next round. A worker that was idle
    // works at once.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);
    private readonly SemaphoreSlim _wake = new(0);
    private int _woken;
    private CancellationToken _stopping;

    /// <summary>How long it waits when nobody wakes it.</summary>
    protected TimeSpan Interval => interval;

    /// <summary>Has the work done as soon as possible. Cheap, from any thread, as often as you like.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0)
            _wake.Release();
    }

    /// <summary>Has the work done after a while, if the host still runs then.</summary>
    /// <param name="delay">None or less: as soon as possible.</param>
    protected void WakeAfter(TimeSpan delay)
    {
        if (delay > TimeSpan.Zero)
            _ = WakeLaterAsync(delay);
        else
            Wake();
    }

    /// <summary>One round of the work.</summary>
    /// <param name="cancel">Ends when the host stops; a round should then end soon.</param>
    /// <returns>True when there may be more to do: the next round follows at once.</returns>
    protected abstract Task<bool> WorkAsync(CancellationToken cancel);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        await ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var start = Stopwatch.GetTimestamp();
        var (hasWorked, hasWarned) = (false, false);
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                Volatile.Write(ref _woken, 0);
                var more = await WorkAsync(stoppingToken);
                if (failures > 0)
                    LogRecovered(name, failures);

                (failures, hasWorked, hasWarned) = (0, true, false);
                if (more)
                    continue;

                if (Volatile.Read(ref _woken) == 1)
                    await Task.Delay(Gathering, stoppingToken);

                await _wake.WaitAsync(Interval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever goes wrong, the work goes on; the first failure of a row is logged whole.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (failures++ == 0 && !hasWorked)
                    LogNotYet(name, exception.GetBaseException().Message);

                if (!hasWarned && (hasWorked || Stopwatch.GetElapsedTime(start) >= StartTime))
                {
                    LogFailing(exception, name);
                    hasWarned = true;
                }

                await Task.Delay(Backoff.WithJitter(failures), stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task WakeLaterAsync(TimeSpan delay)
    {
        await Task.Delay(delay, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_stopping.IsCancellationRequested)
            Wake();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Worker} fails and will be tried again until it succeeds")]
    private partial void LogFailing(Exception exception, string worker);

    [LoggerMessage(4, LogLevel.Information, "{Worker} can't be done yet: {Cause}")]
    private partial void LogNotYet(string worker, string cause);

    [LoggerMessage(2, LogLevel.Information, "{Worker} works again after {Failures} failures")]
    private partial void LogRecovered(string worker, int failures);
}
