namespace Shop.Load;

/// <summary>
/// What a customer notices while Redis hangs and the shop has half of the orders that it can sustain: the time of the
/// slowest hundredth, as how many of them could follow each other in a second.
/// </summary>
internal sealed class RedisOutage(Bench bench)
{
    private const int Connections = 16;
    private const int Slowest = 99;

    private double _rate;

    public async Task<double> HealthyAsync(TimeSpan duration) => await SpeedAsync(await RateAsync(duration), duration);

    public async Task<double> StalledAsync(TimeSpan duration)
    {
        var rate = await RateAsync(duration);
        return await bench.Shop.WithoutAsync(["redis"], () => SpeedAsync(rate, duration), bench.Cancel);
    }

    // Once, so that both are asked for the same.
    private async Task<double> RateAsync(TimeSpan duration) =>
        _rate = _rate > 0 ? _rate : await bench.DeliveredAsync(Connections, duration) / 2;

    private async Task<double> SpeedAsync(double rate, TimeSpan duration) =>
        1000 / (await bench.OpenAsync(bench.Buy, rate, duration)).WithFailures(Clients.Patience).Percentile(Slowest);
}
