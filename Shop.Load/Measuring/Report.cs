using System.Globalization;
using Spectre.Console;

namespace Shop.Load;

/// <summary>Tables for people.</summary>
internal static class Report
{
    public static void Print(string title, Measurement measured, double lost)
    {
        var table = new Table().Title(Markup.Escape(title))
            .AddColumns("per second", "done", "failed", "p50", "p90", "p99");
        table.AddRow(
            Text(measured.PerSecond, "0.0"),
            Text(measured.Done, "0"),
            Text(measured.Failed, "0"),
            Text(measured.Percentile(50), "0.0 ms"),
            Text(measured.Percentile(90), "0.0 ms"),
            Text(measured.Percentile(99), "0.0 ms"));
        table.Caption(Text(lost * 100, "0'% of a spinning thread was lost to others'"));
        AnsiConsole.Write(table);
    }

    public static void Print(IReadOnlyList<Result> results)
    {
        var table = new Table().AddColumns("goal", "what", "ratio", "must", "aim", "shop /s", "yardstick /s", "lost");
        foreach (var result in results)
        {
            var colour = result.Ratio >= result.Stretch ? "green" : result.Ratio >= result.Must ? "yellow" : "red";
            table.AddRow(
                result.Id,
                Markup.Escape(result.What),
                $"[{colour}]{Text(result.Ratio, "0.000")}[/]",
                Text(result.Must, "0.00"),
                Text(result.Stretch, "0.00"),
                Rate(result.Shop),
                Rate(result.Yardstick),
                Text(result.Lost * 100, "0'%'"));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>A figure, written the same on every machine.</summary>
    public static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Rate(double value) => Text(value, value < 10 ? "0.000" : "0");
}
