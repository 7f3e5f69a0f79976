using System.Globalization;

namespace Shop.Gateway.Limits;

/// <summary>
/// A quota per sliding window: of the previous window, the part counts that a window ending now would still cover. A
/// refused request does not count, so a caller who is too fast still gets the sustained rate.
/// </summary>
internal sealed class RateLimit(string name, RateLimitOptions.Allowance allowance, TimeProvider clock)
{
    /// <summary>
    /// A replica publishes a count once it has grown by 1/20 of the quota: accurate enough, and most callers never cost
    /// a call to Redis.
    /// </summary>
    private readonly long _minDelta = Math.Max(1, allowance.Quota / 20);
    private readonly long _window = allowance.Window.Ticks;
    private readonly Lock _rotating = new();
    private volatile WindowPair _windows = new(new(1), new(0));

    public string Name => name;

    /// <summary>The value of <c>RateLimit-Policy</c>.</summary>
    public string Policy { get; } = string.Create(
        CultureInfo.InvariantCulture, $"\"{name}\";q={allowance.Quota};w={(long)allowance.Window.TotalSeconds}");

    /// <summary>How long a count is needed: in its own window and, as the previous one, in the next.</summary>
    public TimeSpan Retention => 2 * allowance.Window;

    public RateLimitVerdict TryAcquire(string caller)
    {
        var ticks = clock.GetUtcNow().UtcTicks;
        var (now, before) = At(ticks / _window);
        var passed = ticks % _window / (double)_window;
        var earlier = before.TotalOf(caller);
        var most = allowance.Quota - (earlier * (1 - passed));
        var admitted = now.Of(caller).TryAdd(most, out var total);
        return admitted
            ? new(true, Math.Max(0, (long)(most - total)), (1 - passed) * allowance.Window)
            : new(false, 0, (NextSlot(earlier, total) - passed) * allowance.Window);
    }

    /// <summary>The counts to publish, by their key in Redis.</summary>
    public IEnumerable<(string Key, RequestCounter Counter, long Delta)> TakeDelta()
    {
        var (now, before) = _windows;
        return from window in (CounterWindow[])[before, now]
               from caller in window.Callers
               let delta = caller.Value.TakeDelta(_minDelta)
               where delta > 0
               select (
                   string.Create(CultureInfo.InvariantCulture, $"shop:limits:{name}:{window.Index}:{caller.Key}"),
                   caller.Value, delta);
    }

    /// <summary>When the next request will be admitted, in windows since the start of the current one.</summary>
    private double NextSlot(long earlier, long total)
    {
        double left = allowance.Quota - total - 1;
        return left >= 0
            ? 1 - (left / earlier)
            : 2 - ((allowance.Quota - 1) / (double)total);
    }

    private WindowPair At(long index)
    {
        if (_windows.Now.Index >= index)
            return _windows;

        lock (_rotating)
        {
            var last = _windows.Now;
            if (last.Index < index)
                _windows = new(new(index), last.Index == index - 1 ? last : new(index - 1));

            return _windows;
        }
    }

    private sealed record WindowPair(CounterWindow Now, CounterWindow Before);
}

/// <summary>The decision about one request.</summary>
/// <param name="Admitted">Whether it may go on.</param>
/// <param name="Remaining">How many more would be admitted right now.</param>
/// <param name="Reset">When the window ends; for a refused request, when to try again.</param>
internal readonly record struct RateLimitVerdict(bool Admitted, long Remaining, TimeSpan Reset);
