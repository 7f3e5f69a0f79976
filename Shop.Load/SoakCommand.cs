using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>
/// Steady load for a long time, and a line for each minute of it. In the end every order has ended, and memory has
/// stopped growing.
/// </summary>
internal sealed class SoakCommand : AsyncCommand<SoakCommand.Settings>
{
    private const int Slowest = 99;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    internal sealed class Settings : ShopSettings
    {
        [CommandOption("--minutes")]
        [Description("How long.")]
        [DefaultValue(60)]
        public int Minutes { get; init; }

        [CommandOption("--rate")]
        [Description("How many a second look around, of whom one of ten buys.")]
        [DefaultValue(200)]
        public int Rate { get; init; }

        protected override string WhyStartedHere => "Processes and databases are looked at";

        public override ValidationResult Validate() =>
            Minutes < 1 || Rate < 1
                ? ValidationResult.Error("Minutes and rate are 1 at least.")
                : base.Validate();
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync([], cancellationToken);
        await using var backlog = await Backlog.OfAsync(shop, cancellationToken);
        using var client = shop.NewClient();
        var mixed = new Mixed();
        await mixed.PrepareAsync(client, cancellationToken);

        var (memory, done, failed) = (new List<double>(), 0, 0);
        string[] names = [.. shop.Processes().Select(process => process.Name)];
        Line(["minute", "/s", "failed", "p99 ms", .. names, "waiting", "to send"]);
        for (var minute = 1; minute <= settings.Minutes; minute++)
        {
            var measured = await Loops.OpenAsync(
                settings.Rate, Interval, () => mixed.OnceAsync(client, cancellationToken), cancellationToken);
            var processes = shop.Processes();
            var waiting = await backlog.CountAsync(cancellationToken);
            memory.Add(processes.Sum(process => process.Megabytes));
            (done, failed) = (done + measured.Done, failed + measured.Failed);
            Line(
                [
                    $"{minute}", Text(measured.PerSecond), $"{measured.Failed}", Text(measured.Percentile(Slowest)),
                    .. processes.Select(process => $"{Text(process.Megabytes)} MB"),
                    $"{waiting.Orders}", $"{waiting.Events}",
                ]);
        }

        // It fails if some order does not end.
        await backlog.EmptyAsync(_ => { }, cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"Every order has ended. {failed} of {done + failed} requests failed.");
        return IsSteady(memory) && failed <= done / 100 ? 0 : 1;
    }

    private static bool IsSteady(List<double> memory)
    {
        if (MemoryGrowth.Of(memory) is not { } growth)
        {
            AnsiConsole.MarkupLineInterpolated($"Memory: nothing can be said before {MemoryGrowth.Fewest} minutes.");
            return true;
        }

        var grows = growth > MemoryGrowth.Tolerated;
        var change = Report.Text(growth * 100, "+0.0;-0.0");
        AnsiConsole.MarkupLineInterpolated($"Memory {(grows ? "grows" : "is steady")}: {change} % in the last third.");
        return !grows;
    }

    private static void Line(IEnumerable<string> cells) =>
        Console.WriteLine(string.Join(' ', cells.Select(cell => cell.PadLeft(8))));

    private static string Text(double value) => Report.Text(value, "0");
}
