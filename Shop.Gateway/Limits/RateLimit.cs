using System.Globalization;

namespace Shop.Gateway.Limits;

/// <summary>
/// A quota per window that slides: of the window before, counts the part that a window ending now would still cover. A
/// request that is refused does not count, so who goes on too fast gets the sustained rate, not nothing.
/// </summary>
internal sealed class RateLimit(string name, RateLimitOptions.Allowance allowance, TimeProvider clock)
{
    /// <summary>A twentieth of the quota unshared by every replica is near enough, and most callers cost Redis nothing.</summary>
    private readonly long _worthTelling = Math.Max(1, allowance.Quota / 20);
    private readonly long _window = allowance.Window.Ticks;
    private readonly Lock _turning = new();
    private volatile Pair _windows = new(new(1), new(0));

    public string Name => name;

    /// <summary>The value of <c>RateLimit-Policy</c>.</summary>
    public string Policy { get; } = string.Create(
        CultureInfo.InvariantCulture, $"\"{name}\";q={allowance.Quota};w={(long)allowance.Window.TotalSeconds}");

    /// <summary>How long a count matters: in its window, and as the one before.</summary>
    public TimeSpan Memory => 2 * allowance.Window;

    public RateLimitVerdict Ask(string caller)
    {
        var ticks = clock.GetUtcNow().UtcTicks;
        var (now, before) = At(ticks / _window);
        var passed = ticks % _window / (double)_window;
        var earlier = before.TotalOf(caller);
        var most = allowance.Quota - (earlier * (1 - passed));
        var admitted = now.Of(caller).TryAdd(most, out var total);
        return admitted
            ? new(true, Math.Max(0, (long)(most - total)), (1 - passed) * allowance.Window)
            : new(false, 0, (Opening(earlier, total) - passed) * allowance.Window);
    }

    /// <summary>What the others should know, by the name of the count in Redis.</summary>
    public IEnumerable<(string Key, Count Count, long News)> TakeNews()
    {
        var (now, before) = _windows;
        return from window in (CountingWindow[])[before, now]
               from caller in window.Callers
               let news = caller.Value.TakeNews(_worthTelling)
               where news > 0
               select (string.Create(CultureInfo.InvariantCulture, $"shop:limits:{name}:{window.Index}:{caller.Key}"), caller.Value, news);
    }

    /// <summary>When the next request fits in, in windows from the beginning of this one.</summary>
    private double Opening(long earlier, long total)
    {
        double left = allowance.Quota - total - 1;
        return left >= 0
            ? 1 - (left / earlier)
            : 2 - ((allowance.Quota - 1) / (double)total);
    }

    private Pair At(long index)
    {
        if (_windows.Now.Index >= index)
            return _windows;

        lock (_turning)
        {
            var last = _windows.Now;
            if (last.Index < index)
                _windows = new(new(index), last.Index == index - 1 ? last : new(index - 1));

            return _windows;
        }
    }

    private sealed record Pair(CountingWindow Now, CountingWindow Before);
}

/// <summary>What a limit says to one request.</summary>
/// <param name="Admitted">Whether it may go on.</param>
/// <param name="Remaining">How many more may come at once.</param>
/// <param name="Reset">When the window ends; for who was refused, when to come again.</param>
internal readonly record struct RateLimitVerdict(bool Admitted, long Remaining, TimeSpan Reset);
