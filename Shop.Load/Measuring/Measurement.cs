namespace Shop.Load;

/// <summary>What one run of one action came to.</summary>
/// <param name="Done">How often it succeeded.</param>
/// <param name="Failed">How often it did not.</param>
/// <param name="Elapsed">How long the run took.</param>
/// <param name="Milliseconds">How long each success took, ascending.</param>
internal sealed record Measurement(int Done, int Failed, TimeSpan Elapsed, double[] Milliseconds)
{
    public double PerSecond => Done / Elapsed.TotalSeconds;

    /// <summary>Itself, if hardly anything failed: a rate of refusals would look like a fast shop.</summary>
    /// <exception cref="InvalidOperationException">More than one of a hundred failed, or all.</exception>
    public Measurement Checked() => Done > 0 && Failed <= Done / 100
        ? this
        : throw new InvalidOperationException($"{Failed} of {Failed + Done} failed.");

    /// <summary>The time below which so many percent of the successes stayed; 0 without one.</summary>
    public double Percentile(double percent) => Milliseconds is []
        ? 0
        : Milliseconds[(int)Math.Min(Milliseconds.Length * percent / 100, Milliseconds.Length - 1)];

    /// <summary>As if each failure were a success that took this long, and so part of the percentiles.</summary>
    public Measurement WithFailures(TimeSpan each) => new(
        Done + Failed,
        Failed: 0,
        Elapsed,
        [.. Milliseconds.Concat(Enumerable.Repeat(each.TotalMilliseconds, Failed)).Order()]);

    /// <summary>The middle one; of an even number, the larger of the two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
