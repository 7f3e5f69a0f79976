namespace Shop.Load;

/// <summary>The shop, its scenarios and the yardsticks, all running.</summary>
internal sealed class Bench : IDisposable
{
    // What a customer sees of it: the median, as how many could follow each other in a second.
    private const int Middle = 50;
    private const int SignInsPerSecond = 50;

    // A purchase gives up after a minute.
    private const int MostWaits = 5;

    private readonly RunningYardstick _hello;
    private readonly RunningYardstick _proxy;
    private readonly HttpClient _helloClient;
    private readonly HttpClient _proxyClient;
    private readonly HttpClient _shop;

    private Bench(
        HttpClient shop, RunningYardstick hello, RunningYardstick proxy, PgBench postgres, CancellationToken cancel)
    {
        (_shop, _hello, _proxy, Postgres, Cancel) = (shop, hello, proxy, postgres, cancel);
        _helloClient = Clients.To(hello.Address);
        _proxyClient = Clients.To(proxy.Address);
    }

    public CancellationToken Cancel { get; }

    public PgBench Postgres { get; }

    public Scenario Rates { get; } = new Rates();

    public Scenario Browse { get; } = new Browse();

    public Scenario Buy { get; } = new Buy();

    public Scenario Purchase { get; } = new Purchase();

    private Scenario SignIn { get; } = new SignIn();

    public static async Task<Bench> PrepareAsync(
        ShopUnderLoad shop, ShopSettings settings, CancellationToken cancel)
    {
        var postgres = new PgBench(await shop.ConnectionAsync("ordersdb", cancel));
        await postgres.PrepareAsync(cancel);
        var hello = await ServeCommand.StartAsync(to: null, cancel);
        var bench = new Bench(
            shop.NewClient(), hello, await ServeCommand.StartAsync(hello.Address, cancel), postgres, cancel);
        foreach (var scenario in (Scenario[])[bench.Rates, bench.Browse, bench.Buy, bench.Purchase, bench.SignIn])
            await scenario.PrepareAsync(bench._shop, cancel);

        await bench.HelloAsync(connections: 8, settings.WarmUp);
        return bench;
    }

    /// <summary>
    /// Waits until the shop has nothing left to do of the orders before. Events keep their order, so that is when a new
    /// order is delivered.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is not for minutes.</exception>
    public async Task QuietAsync()
    {
        for (var attempt = 0; attempt < MostWaits; attempt++)
        {
            if (await Purchase.OnceAsync(_shop, Cancel))
                return;
        }

        throw new InvalidOperationException("The shop does not get through with its orders.");
    }

    /// <summary>How many a second, as fast as they are answered.</summary>
    public async Task<double> PeakAsync(Scenario scenario, int connections, TimeSpan duration) =>
        Checked(await Loops.ClosedAsync(
            connections, duration, () => scenario.OnceAsync(_shop, Cancel), Cancel)).PerSecond;

    /// <summary>One over the median time at a fixed rate.</summary>
    public async Task<double> SpeedAsync(Scenario scenario, double rate, TimeSpan duration) =>
        1000 / Checked(await Loops.OpenAsync(
            rate, duration, () => scenario.OnceAsync(_shop, Cancel), Cancel)).Percentile(Middle);

    /// <summary>The speed of looking at a product while others sign in; they may be refused.</summary>
    public async Task<double> WhileSigningInAsync(TimeSpan duration)
    {
        var flood = Loops.OpenAsync(SignInsPerSecond, duration, () => SignIn.OnceAsync(_shop, Cancel), Cancel);
        var speed = await SpeedAsync(Browse, 100, duration);
        await flood;
        return speed;
    }

    /// <summary>How many a second of the least that ASP.NET Core can do.</summary>
    public async Task<double> HelloAsync(int connections, TimeSpan duration) =>
        Checked(await Loops.ClosedAsync(connections, duration, () => HelloAsync(_helloClient), Cancel)).PerSecond;

    /// <summary>One over the median time of the least behind YARP.</summary>
    public async Task<double> ProxiedHelloSpeedAsync(double rate, TimeSpan duration) =>
        1000 / Checked(await Loops.OpenAsync(rate, duration, () => HelloAsync(_proxyClient), Cancel))
            .Percentile(Middle);

    public void Dispose()
    {
        _shop.Dispose();
        _helloClient.Dispose();
        _proxyClient.Dispose();
        _proxy.Dispose();
        _hello.Dispose();
    }

    private async Task<bool> HelloAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/", UriKind.Relative), Cancel);
        return answer.IsSuccessStatusCode;
    }

    // A rate of refusals would look like a fast shop.
    private static Measurement Checked(Measurement measured) => measured.Failed <= measured.Done / 100
        ? measured
        : throw new InvalidOperationException($"{measured.Failed} of {measured.Failed + measured.Done} failed.");
}
