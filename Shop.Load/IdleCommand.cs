using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>
/// What the shop costs before the first customer comes: the time to its start, the memory and the share of a processor
/// core of each process. Data and migrations are new with each start.
/// </summary>
internal sealed class IdleCommand : AsyncCommand<IdleCommand.Settings>
{
    // A bare process with Kestrel, EF Core and Npgsql, as measured for the goals.
    private const double BareMegabytes = 67;

    internal sealed class Settings : ShopSettings
    {
        protected override string WhyStartedHere => "The start is measured too";
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var shop = await ShopUnderLoad.StartAsync([], cancellationToken);
        var start = watch.Elapsed;
        await Task.Delay(settings.WarmUp, cancellationToken);
        var costs = await shop.RestAsync(settings.Duration, cancellationToken);
        var (megabytes, share) = (costs.Sum(process => process.Megabytes), costs.Sum(process => process.Share));

        var table = new Table().AddColumns("process", "memory, MB", "CPU, % of a core");
        foreach (var process in costs)
            table.AddRow(process.Name, Report.Text(process.Megabytes, "0"), Report.Text(process.Share, "0.0"));

        var ofBare = Report.Text(megabytes / costs.Count / BareMegabytes, "0.0");
        table.AddRow("all", $"{Report.Text(megabytes, "0")}, {ofBare} of bare processes", Report.Text(share, "0.0"));
        table.Caption($"Healthy after {Report.Text(start.TotalSeconds, "0.0")} s.");
        AnsiConsole.Write(table);
        return 0;
    }
}
