using System.Diagnostics;

namespace Shop.Load;

/// <summary>
/// How much of its time a thread that only spins does not get: what others on this machine, or its host, take away. A
/// round in which that is much says nothing about the shop.
/// </summary>
internal static class SpinProbe
{
    /// <summary>Above this share a round is void (shared/PERFORMANCE.md, method).</summary>
    public const double MostLost = 0.15;

    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(500);

    // A loop that is not interrupted takes far less than this from one look at the clock to the next.
    private static readonly TimeSpan Interruption = TimeSpan.FromMicroseconds(50);

    /// <summary>The lost share, from 0 to 1.</summary>
    public static double Lost()
    {
        var start = Stopwatch.GetTimestamp();
        var (last, lost) = (start, TimeSpan.Zero);
        while (Stopwatch.GetElapsedTime(start) < Duration)
        {
            var now = Stopwatch.GetTimestamp();
            var gap = Stopwatch.GetElapsedTime(last, now);
            if (gap > Interruption)
                lost += gap;

            last = now;
        }

        return lost / Duration;
    }
}
