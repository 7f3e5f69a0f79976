using System.Diagnostics;
using System.Globalization;
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
        public override ValidationResult Validate() =>
            Url is not null
                ? ValidationResult.Error("The start is measured too, so the shop has to be started here.")
                : base.Validate();
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var shop = await ShopUnderLoad.StartAsync([], cancellationToken);
        var start = watch.Elapsed;
        await Task.Delay(settings.WarmUp, cancellationToken);
        var before = shop.Processes();
        await Task.Delay(settings.Duration, cancellationToken);
        var after = shop.Processes();

        (string Name, double Megabytes, double Share)[] costs =
        [
            .. after.Zip(before, (now, earlier) =>
                (now.Name, now.Megabytes, 100 * ((now.Cpu - earlier.Cpu) / settings.Duration))),
        ];
        var (megabytes, share) = (costs.Sum(process => process.Megabytes), costs.Sum(process => process.Share));

        var table = new Table().AddColumns("process", "memory, MB", "CPU, % of a core");
        foreach (var process in costs)
            table.AddRow(process.Name, Text(process.Megabytes, "0"), Text(process.Share, "0.0"));

        var ofBare = Text(megabytes / costs.Length / BareMegabytes, "0.0");
        table.AddRow("all", $"{Text(megabytes, "0")}, {ofBare} of bare processes", Text(share, "0.0"));
        table.Caption($"Healthy after {Text(start.TotalSeconds, "0.0")} s.");
        AnsiConsole.Write(table);
        return 0;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
