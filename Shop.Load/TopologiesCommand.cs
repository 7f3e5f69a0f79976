using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>
/// What it costs that modules are processes: the same shop in every topology, one after the other, round by round, and
/// the median of the rounds.
/// </summary>
internal sealed class TopologiesCommand : AsyncCommand<TopologiesCommand.Settings>
{
    private const int OrdersPerSecond = 50;
    private const int DeliveriesPerSecond = 20;
    private const int Writers = 16;

    private static readonly string[][] Topologies =
    [
        [],
        ["--Topology=monolith"],
        ["--Topology=monolith", "--Extract=payments"],
    ];

    private static readonly (string Name, string Format, Func<Costs, double> Value)[] Rows =
    [
        ("start to healthy, s", "0.0", costs => costs.Start),
        ("processes", "0", costs => costs.Processes),
        ("memory after some hundred orders, MB", "0", costs => costs.Megabytes),
        ("memory after the peak, MB", "0", costs => costs.MegabytesAfterLoad),
        ($"order at {OrdersPerSecond}/s p50, ms", "0.0", costs => costs.Order.Percentile(50)),
        ("its p99, ms", "0.0", costs => costs.Order.Percentile(99)),
        ("orders/s at the peak", "0", costs => costs.Peak),
        ($"placed to delivered at {DeliveriesPerSecond}/s p50, ms", "0", costs => costs.Delivery.Percentile(50)),
        ("its p99, ms", "0", costs => costs.Delivery.Percentile(99)),
    ];

    internal sealed class Settings : ShopSettings
    {
        [CommandOption("--rounds")]
        [Description("How often each is started.")]
        [DefaultValue(3)]
        public int Rounds { get; init; }

        protected override string WhyStartedHere => "A topology is chosen at the start";

        public override ValidationResult Validate() =>
            Rounds < 1
                ? ValidationResult.Error("A comparison has a round at least.")
                : base.Validate();
    }

    private sealed record Costs(
        double Start,
        int Processes,
        bool HasRedis,
        double Megabytes,
        double MegabytesAfterLoad,
        Measurement Order,
        double Peak,
        Measurement Delivery);

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var rounds = Topologies.Select(_ => new List<Costs>()).ToArray();
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var (index, topology) in Topologies.Index())
                rounds[index].Add(await MeasureAsync(topology, settings, cancellationToken));
        }

        var table = new Table().AddColumn("");
        foreach (var (index, topology) in Topologies.Index())
        {
            var name = topology is [] ? "services" : string.Join(' ', topology);
            table.AddColumn(Markup.Escape(rounds[index][0].HasRedis ? $"{name}, Redis" : name));
        }

        foreach (var row in Rows)
            table.AddRow([row.Name, .. rounds.Select(measured => Middle(measured, row))]);

        AnsiConsole.Write(table);
        return 0;
    }

    private static string Middle(List<Costs> rounds, (string Name, string Format, Func<Costs, double> Value) row) =>
        Measurement.Median(rounds.Select(row.Value)).ToString(row.Format, CultureInfo.InvariantCulture);

    private static async Task<Costs> MeasureAsync(string[] topology, Settings settings, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        await using var shop = await ShopUnderLoad.StartAsync(topology, cancel);
        var start = watch.Elapsed.TotalSeconds;
        using var client = shop.NewClient();
        await using var deliveries = new Deliveries(await shop.ConnectionAsync("ordersdb", cancel));
        var buy = new Buy();
        await buy.PrepareAsync(client, cancel);

        await AtRateAsync(OrdersPerSecond, settings.WarmUp);
        var afterFew = shop.Processes();
        var order = await AtRateAsync(OrdersPerSecond, settings.Duration);
        var since = await deliveries.NowAsync(cancel);
        await AtRateAsync(DeliveriesPerSecond, settings.Duration);
        var delivery = (await deliveries.SinceAsync(since, cancel)).Checked();
        var peak = await Loops.ClosedAsync(Writers, settings.Duration, () => buy.OnceAsync(client, cancel), cancel);
        return new(
            start,
            afterFew.Count,
            shop.HasRedis,
            afterFew.Sum(process => process.Megabytes),
            shop.Processes().Sum(process => process.Megabytes),
            order,
            peak.Checked().PerSecond,
            delivery);

        // Begun when nothing waits any more of what was ordered before.
        async Task<Measurement> AtRateAsync(int rate, TimeSpan duration)
        {
            var measured = await Loops.OpenAsync(rate, duration, () => buy.OnceAsync(client, cancel), cancel);
            await deliveries.AllAsync(cancel);
            return measured.Checked();
        }
    }
}
