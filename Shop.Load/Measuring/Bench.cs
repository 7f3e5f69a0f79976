using System.Diagnostics;

namespace Shop.Load;

/// <summary>The shop, its scenarios and the yardsticks, all running.</summary>
internal sealed class Bench : IAsyncDisposable
{
    // What a customer sees of it: the median, as how many could follow each other in a second.
    private const int Middle = 50;
    private const int SignInsPerSecond = 50;
    private const int FirstOrders = 50;

    private readonly RunningYardstick _bare;
    private readonly RunningYardstick _proxy;
    private readonly HttpClient _bareClient;
    private readonly HttpClient _proxyClient;
    private readonly HttpClient _shop;

    private Bench(
        HttpClient shop, RunningYardstick bare, RunningYardstick proxy, Connections connections,
        CancellationToken cancel)
    {
        (_shop, _bare, _proxy, Cancel) = (shop, bare, proxy, cancel);
        (Postgres, Deliveries) = (new(connections.Orders), new(connections.Orders));
        (Pipeline, Redis) = (new(connections.Payments, connections.Orders), connections.Redis);
        _bareClient = Clients.To(bare.Address);
        _proxyClient = Clients.To(proxy.Address);
    }

    public CancellationToken Cancel { get; }

    public PgBench Postgres { get; }

    public Deliveries Deliveries { get; }

    public Pipeline Pipeline { get; }

    /// <summary>The connection string of the shop's Redis.</summary>
    public string Redis { get; }

    public Scenario Rates { get; } = new Rates();

    public Scenario Browse { get; } = new Browse();

    public Scenario BrowseSignedIn { get; } = new Browse { SignedIn = true };

    public Scenario Buy { get; } = new Buy();

    private Scenario SignIn { get; } = new SignIn();

    public static async Task<Bench> PrepareAsync(
        ShopUnderLoad shop, ShopSettings settings, CancellationToken cancel)
    {
        var connections = new Connections(
            await shop.ConnectionAsync("ordersdb", cancel),
            await shop.ConnectionAsync("paymentsdb", cancel),
            await shop.ConnectionAsync("redis", cancel));
        var bare = await ServeCommand.StartBareAsync(connections.Orders, cancel);
        var proxy = await ServeCommand.StartProxyAsync(bare.Address, cancel);
        var bench = new Bench(shop.NewClient(), bare, proxy, connections, cancel);
        await bench.Postgres.PrepareAsync(cancel);
        foreach (var scenario in (Scenario[])
                 [bench.Rates, bench.Browse, bench.BrowseSignedIn, bench.Buy, bench.SignIn])
            await scenario.PrepareAsync(bench._shop, cancel);

        await bench.HelloAsync(connections: 8, settings.WarmUp);
        // Some measurements need orders that are delivered.
        for (var order = 0; order < FirstOrders; order++)
            await bench.Buy.OnceAsync(bench._shop, cancel);

        await bench.Deliveries.AllAsync(cancel);
        return bench;
    }

    /// <summary>How many a second, as fast as they are answered.</summary>
    public async Task<double> PeakAsync(Scenario scenario, int connections, TimeSpan duration) =>
        (await Loops.ClosedAsync(connections, duration, () => scenario.OnceAsync(_shop, Cancel), Cancel))
            .Checked().PerSecond;

    /// <summary>One over the median time at a fixed rate.</summary>
    public async Task<double> SpeedAsync(Scenario scenario, double rate, TimeSpan duration) =>
        Speed(await Loops.OpenAsync(rate, duration, () => scenario.OnceAsync(_shop, Cancel), Cancel));

    /// <summary>The speed of looking at a product while others sign in; they may be refused.</summary>
    public async Task<double> WhileSigningInAsync(TimeSpan duration)
    {
        var flood = Loops.OpenAsync(SignInsPerSecond, duration, () => SignIn.OnceAsync(_shop, Cancel), Cancel);
        var speed = await SpeedAsync(Browse, 100, duration);
        await flood;
        return speed;
    }

    /// <summary>
    /// How many orders a second come to their end: what customers place in this time, until the last is delivered.
    /// </summary>
    public async Task<double> DeliveredAsync(int connections, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var placed = (await Loops.ClosedAsync(connections, duration, () => Buy.OnceAsync(_shop, Cancel), Cancel))
            .Checked();
        await Deliveries.AllAsync(Cancel);
        return placed.Done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One over the median time from placed to delivered.</summary>
    public async Task<double> DeliverySpeedAsync(double rate, TimeSpan duration)
    {
        var since = await Deliveries.NowAsync(Cancel);
        (await Loops.OpenAsync(rate, duration, () => Buy.OnceAsync(_shop, Cancel), Cancel)).Checked();
        return Speed(await Deliveries.SinceAsync(since, Cancel));
    }

    /// <summary>How many a second of the least that ASP.NET Core can do.</summary>
    public async Task<double> HelloAsync(int connections, TimeSpan duration) =>
        (await Loops.ClosedAsync(connections, duration, HelloAsync, Cancel)).Checked().PerSecond;

    /// <summary>One over the median time of the same statements in one batch, behind bare YARP.</summary>
    public async Task<double> BareOrderSpeedAsync(double rate, TimeSpan duration) =>
        Speed(await Loops.OpenAsync(rate, duration, BareOrderAsync, Cancel));

    public async ValueTask DisposeAsync()
    {
        _shop.Dispose();
        _bareClient.Dispose();
        _proxyClient.Dispose();
        _proxy.Dispose();
        _bare.Dispose();
        await Deliveries.DisposeAsync();
        await Pipeline.DisposeAsync();
    }

    private static double Speed(Measurement measured) => 1000 / measured.Checked().Percentile(Middle);

    private sealed record Connections(string Orders, string Payments, string Redis);

    private async Task<bool> HelloAsync()
    {
        using var answer = await _bareClient.GetAsync(new Uri("/", UriKind.Relative), Cancel);
        return answer.IsSuccessStatusCode;
    }

    private async Task<bool> BareOrderAsync()
    {
        using var answer = await _proxyClient.PostAsync(new Uri("/orders", UriKind.Relative), content: null, Cancel);
        return answer.IsSuccessStatusCode;
    }
}
