using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// Tells from successes and failures whether a dependency that many calls share is away. Logs once when it goes away
/// and once when it is back, however many calls fail meanwhile.
/// </summary>
/// <param name="what">What the log calls it.</param>
/// <param name="threshold">After how many failures in a row it counts as away.</param>
/// <param name="log">Gets the two lines.</param>
internal sealed partial class AvailabilityMonitor(string what, int threshold, ILogger log)
{
    private int _failures;
    private long _successes;

    public bool IsAway => Volatile.Read(ref _failures) >= threshold;

    /// <summary>If it rises between two failures of one message, no outage explains them.</summary>
    public long Successes => Interlocked.Read(ref _successes);

    public void Failed(Exception exception)
    {
        if (Interlocked.Increment(ref _failures) == threshold)
            LogAway(exception, what);
    }

    public void Succeeded()
    {
        Interlocked.Increment(ref _successes);
        if (Volatile.Read(ref _failures) > 0 && Interlocked.Exchange(ref _failures, 0) >= threshold)
            LogBack(what);
    }

    /// <summary>Whether Redis or PostgreSQL is away, stalled, starting, full or shutting down.</summary>
    public static bool IsUnavailability(Exception exception) =>
        exception.WithCauses().Any(cause => cause is RedisConnectionException)
        || DatabaseErrors.IsUnavailability(exception);

    /// <summary>Whether someone else changed the same rows, so that the same may succeed when repeated.</summary>
    public static bool IsConflict(Exception exception) => exception.WithCauses().Any(cause => cause
        is DbUpdateConcurrencyException
        or PostgresException
        {
            SqlState: PostgresErrorCodes.SerializationFailure
                or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.LockNotAvailable,
        });

    [LoggerMessage(11, LogLevel.Warning, "{What}: away, will be tried until it is back")]
    private partial void LogAway(Exception exception, string what);

    [LoggerMessage(12, LogLevel.Information, "{What}: back")]
    private partial void LogBack(string what);
}
