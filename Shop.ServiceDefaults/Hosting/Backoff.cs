namespace Shop.ServiceDefaults;

/// <summary>How long to wait before the next attempt.</summary>
public static class Backoff
{
    private const int MaxDoublings = 20;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The first pause, doubled as often as <paramref name="doublings"/> says, up to the longest.</summary>
    /// <param name="first">The pause without any doubling.</param>
    /// <param name="doublings">Below zero counts as zero.</param>
    /// <param name="longest">No pause is longer.</param>
    public static TimeSpan Exponential(TimeSpan first, int doublings, TimeSpan longest)
    {
        var pause = first * Math.Pow(2, Math.Clamp(doublings, 0, MaxDoublings));
        return pause < longest ? pause : longest;
    }

    /// <summary>
    /// For background work whose dependency is unavailable: 100 ms, doubling up to 2 s, each reduced by up to a half at
    /// random (jitter), so that replicas do not retry at the same moment.
    /// </summary>
    /// <param name="failures">How many attempts in a row have failed.</param>
    public static TimeSpan WithJitter(int failures) =>
        Exponential(First, failures - 1, Longest) * (0.5 + (Random.Shared.NextDouble() / 2));
}
