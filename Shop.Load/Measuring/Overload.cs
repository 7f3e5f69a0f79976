namespace Shop.Load;

/// <summary>
/// What is left of the peak when three times as much is asked for: a shop that collapses answers less the more it is
/// asked.
/// </summary>
internal sealed class Overload(Bench bench)
{
    private const int Connections = 32;
    private const double Factor = 3;

    private double _peak;

    /// <summary>How many a second look around or buy, as fast as they are answered.</summary>
    public async Task<double> PeakAsync(TimeSpan duration) =>
        _peak = await bench.PeakAsync(bench.Mixed, Connections, duration);

    /// <summary>How many of three times the last peak are answered as they want it, before they give up.</summary>
    public async Task<double> GoodputAsync(TimeSpan duration)
    {
        if (_peak == 0)
            await PeakAsync(duration);

        return (await bench.OpenAsync(bench.Mixed, Factor * _peak, duration)).PerSecond;
    }
}
