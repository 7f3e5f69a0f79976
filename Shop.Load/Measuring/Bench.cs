using System.Diagnostics;

namespace Shop.Load;

/// <summary>The shop, its scenarios and the yardsticks, all running.</summary>
internal sealed class Bench : IAsyncDisposable
{
    // What a customer sees of it: the median, as how many could follow each other in a second.
    private const int Middle = 50;
    private const int SignInsPerSecond = 50;
    private const int FirstOrders = 50;

    private static readonly string[] Handlers = ["payments", "shipping"];

    private readonly string _orders;
    private readonly RunningYardstick _bare;
    private readonly RunningYardstick _proxy;
    private readonly HttpClient _bareClient;
    private readonly HttpClient _proxyClient;
    private readonly HttpClient _client;

    private Bench(
        ShopUnderLoad shop, RunningYardstick bare, RunningYardstick proxy, Connections connections, Backlog backlog,
        CancellationToken cancel)
    {
        (Shop, _client, _bare, _proxy, Backlog, Cancel) = (shop, shop.NewClient(), bare, proxy, backlog, cancel);
        _orders = connections.Orders;
        (Postgres, Deliveries) = (new(connections.Orders), new(connections.Orders));
        (Pipeline, Redis) = (new(connections.Payments, connections.Orders), connections.Redis);
        (Overload, RedisOutage, Allocations) = (new(this), new(this), new(this));
        Launch = new(shop, connections.Orders);
        _bareClient = Clients.To(bare.Address);
        _proxyClient = Clients.To(proxy.Address);
    }

    public CancellationToken Cancel { get; }

    public ShopUnderLoad Shop { get; }

    public PgBench Postgres { get; }

    public Backlog Backlog { get; }

    public Deliveries Deliveries { get; }

    public Pipeline Pipeline { get; }

    public Overload Overload { get; }

    public RedisOutage RedisOutage { get; }

    public Allocations Allocations { get; }

    public Launch Launch { get; }

    public Django? Django { get; private set; }

    public Wolverine? Wolverine { get; private set; }

    /// <summary>The connection string of the shop's Redis.</summary>
    public string Redis { get; }

    public Scenario Rates { get; } = new Rates();

    public Scenario Browse { get; } = new Browse();

    public Scenario BrowseSignedIn { get; } = new Browse { SignedIn = true };

    public Scenario Buy { get; } = new Buy();

    public Scenario Mixed { get; } = new Mixed();

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
        var bench = new Bench(shop, bare, proxy, connections, await Backlog.OfAsync(shop, cancel), cancel);
        await bench.Postgres.PrepareAsync(cancel);
        foreach (var scenario in (Scenario[])
                 [bench.Rates, bench.Browse, bench.BrowseSignedIn, bench.Buy, bench.Mixed, bench.SignIn])
            await scenario.PrepareAsync(bench._client, cancel);

        await bench.HelloAsync(connections: 8, settings.WarmUp);
        // Some measurements need orders that are delivered.
        for (var order = 0; order < FirstOrders; order++)
            await bench.Buy.OnceAsync(bench._client, cancel);

        await bench.Deliveries.AllAsync(cancel);
        return bench;
    }

    /// <exception cref="LeftOutException">It cannot be had on this machine.</exception>
    public async Task<IDisposable> StartDjangoAsync() => Django = await Django.StartAsync(_orders, Cancel);

    public async Task<IDisposable> StartWolverineAsync() => Wolverine = await Wolverine.StartAsync(_orders, Cancel);

    /// <summary>As fast as they are answered.</summary>
    public async Task<Measurement> ClosedAsync(Scenario scenario, int connections, TimeSpan duration)
    {
        await scenario.RenewAsync(_client, Cancel);
        return await Loops.ClosedAsync(connections, duration, () => scenario.OnceAsync(_client, Cancel), Cancel);
    }

    /// <summary>At a fixed rate.</summary>
    public async Task<Measurement> OpenAsync(Scenario scenario, double rate, TimeSpan duration)
    {
        await scenario.RenewAsync(_client, Cancel);
        return await Loops.OpenAsync(rate, duration, () => scenario.OnceAsync(_client, Cancel), Cancel);
    }

    /// <summary>How many a second, as fast as they are answered.</summary>
    public async Task<double> PeakAsync(Scenario scenario, int connections, TimeSpan duration) =>
        (await ClosedAsync(scenario, connections, duration)).Checked().PerSecond;

    /// <summary>
    /// How many orders a second are placed while nobody charges or ships them: what they lead to would take most of
    /// the machine, and is measured by itself (P6, P7).
    /// </summary>
    public Task<double> PlacedAsync(int connections, TimeSpan duration) =>
        Shop.WithoutAsync(Handlers, () => PeakAsync(Buy, connections, duration), Cancel);

    /// <summary>One over the median time at a fixed rate.</summary>
    public async Task<double> SpeedAsync(Scenario scenario, double rate, TimeSpan duration) =>
        Speed(await OpenAsync(scenario, rate, duration));

    /// <summary>The speed of looking at a product while others sign in; they may be refused.</summary>
    public async Task<double> WhileSigningInAsync(TimeSpan duration)
    {
        var flood = OpenAsync(SignIn, SignInsPerSecond, duration);
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
        var placed = (await ClosedAsync(Buy, connections, duration)).Checked();
        await Deliveries.AllAsync(Cancel);
        return placed.Done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One over the median time from placed to delivered.</summary>
    public async Task<double> DeliverySpeedAsync(double rate, TimeSpan duration)
    {
        var since = await Deliveries.NowAsync(Cancel);
        (await OpenAsync(Buy, rate, duration)).Checked();
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
        _client.Dispose();
        _bareClient.Dispose();
        _proxyClient.Dispose();
        _proxy.Dispose();
        _bare.Dispose();
        Launch.Dispose();
        await Backlog.DisposeAsync();
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
