namespace Shop.Load;

/// <summary>One line of the table of goals in docs/performance.md.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="What">What of the shop is measured, and by what.</param>
/// <param name="Must">The ratio that the shop must reach.</param>
/// <param name="Stretch">The ratio to aim at.</param>
/// <param name="Shop">Measures the shop; more is better.</param>
/// <param name="Yardstick">Measures the yardstick in the same unit.</param>
/// <param name="StartPeer">Starts what only this yardstick needs; it ends before anything else is measured.</param>
internal sealed record Goal(
    string Id,
    string What,
    double Must,
    double Stretch,
    Func<Bench, TimeSpan, Task<double>> Shop,
    Func<Bench, TimeSpan, Task<double>> Yardstick,
    Func<Bench, Task<IDisposable>>? StartPeer = null)
{
    private const int Readers = 32;
    private const int Writers = 16;

    // Of the release that P18 was first measured of. Bytes do not depend on how fast the machine is.
    private const double ReadsPerMegabyte = 180;
    private const double OrdersPerMegabyte = 1.04;

    /// <summary>
    /// In the order in which they are measured: what tells times first, what leaves most orders behind last.
    /// </summary>
    public static IReadOnlyList<Goal> All { get; } =
    [
        new(
            "P1", "shipping rates through the gateway / bare Kestrel", 0.18, 0.35,
            (bench, time) => bench.PeakAsync(bench.Rates, Readers, time),
            (bench, time) => bench.HelloAsync(Readers, time)),
        new(
            "P2", "a product through the gateway, which keeps it / bare Kestrel", 0.12, 0.28,
            (bench, time) => bench.PeakAsync(bench.Browse, Readers, time),
            (bench, time) => bench.HelloAsync(Readers, time)),
        new(
            "P3", "a product through the gateway, signed in / pgbench, the same query", 0.08, 0.20,
            (bench, time) => bench.PeakAsync(bench.BrowseSignedIn, Writers, time),
            (bench, time) => bench.Postgres.RunAsync("read-product.sql", Writers, time, bench.Cancel)),
        new(
            "P17", "a product while fifty a second sign in / without", 0.33, 0.67,
            (bench, time) => bench.WhileSigningInAsync(time),
            (bench, time) => bench.SpeedAsync(bench.Browse, 100, time)),
        new(
            "P8", "an order at 50/s, median / the same statements in one batch behind bare YARP", 0.25, 0.50,
            (bench, time) => bench.SpeedAsync(bench.Buy, 50, time),
            (bench, time) => bench.BareOrderSpeedAsync(50, time)),
        new(
            "P9", "placed to delivered at 20/s, median / 40 ms", 0.27, 1.00,
            (bench, time) => bench.DeliverySpeedAsync(20, time),
            (_, _) => Task.FromResult(1000 / 40.0)),
        new(
            "P13", "a start, databases existing / six bare programs with EF Core at once", 0.25, 0.50,
            (bench, _) => bench.Launch.ShopAsync(bench.Cancel),
            (bench, _) => bench.Launch.BareAsync(bench.Cancel)),
        new(
            "P18.1", $"kept products for a megabyte of memory / {ReadsPerMegabyte}, as first measured", 0.90, 1.00,
            (bench, time) => bench.Allocations.PerMegabyteAsync(bench.Browse, Readers, time),
            (_, _) => Task.FromResult(ReadsPerMegabyte)),
        new(
            "P18.2", $"orders to their end for a megabyte / {OrdersPerMegabyte}, as first measured", 0.90, 1.00,
            (bench, time) => bench.Allocations.PerMegabyteAsync(bench.Buy, Writers, time),
            (_, _) => Task.FromResult(OrdersPerMegabyte)),
        new(
            "P6", "an event from outbox to inbox / bare Redis streams", 0.08, 0.25,
            (bench, time) => bench.Pipeline.PerSecondAsync(time, bench.Cancel),
            (bench, time) => RawStreams.RunAsync(bench.Redis, time, bench.Cancel)),
        new(
            "P6.2", "an event from outbox to inbox / Wolverine's, on PostgreSQL alone", 1.00, 2.00,
            (bench, time) => bench.Pipeline.PerSecondAsync(time, bench.Cancel),
            (bench, time) => bench.Wolverine!.PerSecondAsync(time),
            bench => bench.StartWolverineAsync()),
        new(
            "P16.1", "a product through the gateway, signed in / Django and gunicorn, the same query", 2.00, 4.00,
            (bench, time) => bench.PeakAsync(bench.BrowseSignedIn, Writers, time),
            (bench, time) => bench.Django!.ProductsAsync(Writers, time),
            bench => bench.StartDjangoAsync()),
        new(
            "P10", "an order at half load while Redis hangs, slowest hundredth / while it does not", 0.33, 0.77,
            (bench, time) => bench.RedisOutage.StalledAsync(time),
            (bench, time) => bench.RedisOutage.HealthyAsync(time)),
        new(
            "P7", "an order to the delivered parcel / pgbench, placing it", 0.10, 0.22,
            (bench, time) => bench.DeliveredAsync(Writers, time),
            (bench, time) => bench.Postgres.RunAsync("place-order.sql", Writers, time, bench.Cancel)),
        new(
            "P4", "placing an order through the gateway / pgbench, the same statements", 0.35, 0.80,
            (bench, time) => bench.PlacedAsync(Writers, time),
            (bench, time) => bench.Postgres.RunAsync("place-order.sql", Writers, time, bench.Cancel)),
        new(
            "P5", "placing an order through the gateway / pgbench, TPC-B", 0.35, 0.80,
            (bench, time) => bench.PlacedAsync(Writers, time),
            (bench, time) => bench.Postgres.RunAsync(PgBench.TpcB, Writers, time, bench.Cancel)),
        new(
            "P16.2", "placing an order through the gateway / Django and gunicorn, the same statements", 1.50, 4.00,
            (bench, time) => bench.PlacedAsync(Writers, time),
            (bench, time) => bench.Django!.OrdersAsync(Writers, time),
            bench => bench.StartDjangoAsync()),
        new(
            "P11", "answered when three times the peak is asked for / the peak", 0.70, 0.90,
            (bench, time) => bench.Overload.GoodputAsync(time),
            (bench, time) => bench.Overload.PeakAsync(time)),
    ];

    /// <summary>Whether one of these numbers is meant: P18 means P18.1 and P18.2.</summary>
    public bool IsOneOf(IReadOnlyCollection<string> numbers) =>
        numbers.Contains(Id) || numbers.Contains(Id.Split('.')[0]);
}

/// <summary>One measurement of both, right after each other.</summary>
/// <param name="Shop">What the shop did a second.</param>
/// <param name="Yardstick">What the yardstick did a second.</param>
/// <param name="Lost">The share of its time that a spinning thread lost.</param>
internal sealed record Round(double Shop, double Yardstick, double Lost)
{
    public double Ratio => Shop / Yardstick;
}

/// <summary>What a goal came to.</summary>
internal sealed record Result(
    string Id, string What, double Must, double Stretch, double Ratio, double Shop, double Yardstick, double Lost)
{
    public static Result Of(Goal goal, IReadOnlyList<Round> rounds) => new(
        goal.Id,
        goal.What,
        goal.Must,
        goal.Stretch,
        Measurement.Median(rounds.Select(round => round.Ratio)),
        Measurement.Median(rounds.Select(round => round.Shop)),
        Measurement.Median(rounds.Select(round => round.Yardstick)),
        rounds.Max(round => round.Lost));
}
