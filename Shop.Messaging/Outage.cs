using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// Knows whether something that many stand on is away. Says so once, and once when it is back, however many fail meanwhile.
/// </summary>
/// <param name="what">What the log calls it.</param>
/// <param name="threshold">How many failures in a row make an outage.</param>
/// <param name="log">Gets the two lines.</param>
internal sealed partial class Outage(string what, int threshold, ILogger log)
{
    private int _failures;
    private long _successes;

    public bool Ongoing => Volatile.Read(ref _failures) >= threshold;

    /// <summary>Rises with each success: who fails while it rises is not the victim of an outage.</summary>
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

    /// <summary>Whether a failure says that Redis or PostgreSQL is away, stalled, starting, full or shutting down.</summary>
    public static bool Explains(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException postgres:
                    return DatabaseErrors.IsUnavailable(postgres);
                case RedisConnectionException or RedisTimeoutException or SocketException or TimeoutException or IOException:
                case DbException { IsTransient: true }:
                    return true;
                default:
                    continue;
            }
        }

        return false;
    }

    /// <summary>Whether a failure says that someone else changed the same rows: the same again may succeed.</summary>
    public static bool IsConflict(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbUpdateConcurrencyException
                or PostgresException
                {
                    SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable,
                })
            {
                return true;
            }
        }

        return false;
    }

    [LoggerMessage(11, LogLevel.Warning, "{What}: away, will be tried until it is back")]
    private partial void LogAway(Exception exception, string what);

    [LoggerMessage(12, LogLevel.Information, "{What}: back")]
    private partial void LogBack(string what);
}
