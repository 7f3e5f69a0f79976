namespace Shop.Load;

/// <summary>
/// Whether memory grows without an end, by what was seen at equal distances: the median of the last third against that
/// of the third before it. The first third is the start, in which every program grows.
/// </summary>
internal static class MemoryGrowth
{
    /// <summary>Of so few nothing can be said.</summary>
    public const int Fewest = 6;

    /// <summary>Garbage collectors leave more or less behind from one minute to the next.</summary>
    public const double Tolerated = 0.10;

    /// <summary>How much more there is in the end, 0.1 being a tenth; null if too little was seen.</summary>
    public static double? Of(IReadOnlyList<double> megabytes)
    {
        if (megabytes.Count < Fewest)
            return null;

        var third = megabytes.Count / 3;
        var before = Measurement.Median(megabytes.Skip(megabytes.Count - (2 * third)).Take(third));
        return (Measurement.Median(megabytes.TakeLast(third)) / before) - 1;
    }
}
