namespace StackExchange.Redis;

/// <summary>Waits longer from try to try, up to a limit, with a random part.</summary>
public class ExponentialRetry : IReconnectRetryPolicy
{
    private readonly int _first;
    private readonly int _most;

    /// <summary>Creates one that waits at most 10 s, or the first wait if that is more.</summary>
    /// <param name="deltaBackOffMilliseconds">The first wait.</param>
    public ExponentialRetry(int deltaBackOffMilliseconds)
        : this(deltaBackOffMilliseconds, Math.Max(deltaBackOffMilliseconds, 10_000))
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="deltaBackOffMilliseconds">The first wait.</param>
    /// <param name="maxDeltaBackOffMilliseconds">The longest wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A wait is not positive, or the longest is the shorter.</exception>
    public ExponentialRetry(int deltaBackOffMilliseconds, int maxDeltaBackOffMilliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deltaBackOffMilliseconds);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDeltaBackOffMilliseconds, deltaBackOffMilliseconds);
        (_first, _most) = (deltaBackOffMilliseconds, maxDeltaBackOffMilliseconds);
    }

    /// <inheritdoc/>
    public bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry)
    {
        var wait = Math.Min(_most, _first * Math.Pow(1.1, currentRetryCount));
        return timeElapsedMillisecondsSinceLastRetry >= _first + (Random.Shared.NextDouble() * (wait - _first));
    }
}

/// <summary>Waits the same time between tries.</summary>
public class LinearRetry : IReconnectRetryPolicy
{
    private readonly int _wait;

    /// <summary>Creates one.</summary>
    /// <param name="maxRetryElapsedTimeAllowedMilliseconds">The wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The wait is not positive.</exception>
    public LinearRetry(int maxRetryElapsedTimeAllowedMilliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRetryElapsedTimeAllowedMilliseconds);
        _wait = maxRetryElapsedTimeAllowedMilliseconds;
    }

    /// <inheritdoc/>
    public bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry) =>
        timeElapsedMillisecondsSinceLastRetry >= _wait;
}

/// <summary>Tries again soon: after about 20 ms, then twice that, up to a second.</summary>
internal sealed class SoonRetry : IReconnectRetryPolicy
{
    public static SoonRetry Instance { get; } = new();

    // Half of the wait is random, drawn anew at each question, so that many clients do not come back at one moment.
    public bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry)
    {
        var wait = Math.Min(1000, 20 * Math.Pow(2, Math.Clamp(currentRetryCount - 1, 0, 10)));
        return timeElapsedMillisecondsSinceLastRetry >= wait * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
