using System.Globalization;
using System.Net;
using System.Text;

namespace Shop.Load;

/// <summary>A bar for each goal: how much of what is to be aimed at was reached, and where it must be.</summary>
internal static class Chart
{
    private const int Row = 34;
    private const int Left = 420;
    private const int Width = 320;

    public static string Of(IReadOnlyList<Result> results)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Left + Width + 90}" height="{(Row * results.Count) + 20}" """);
        svg.AppendLine("""font-family="system-ui, sans-serif" font-size="13">""");
        foreach (var (index, result) in results.Index())
        {
            var top = 10 + (index * Row);
            var reached = Math.Min(result.Ratio / result.Stretch, 1) * Width;
            var must = result.Must / result.Stretch * Width;
            var colour = result.Ratio >= result.Must ? "#2f7d5b" : "#b3412e";
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"""
                <text x="0" y="{top + 16}">{result.Id} {WebUtility.HtmlEncode(result.What)}</text>
                <rect x="{Left}" y="{top}" width="{Width}" height="22" fill="#e6e2d8"/>
                <rect x="{Left}" y="{top}" width="{reached:0}" height="22" fill="{colour}"/>
                <line x1="{Left + must:0}" y1="{top - 3}" x2="{Left + must:0}" y2="{top + 25}" stroke="#222"/>
                <text x="{Left + Width + 10}" y="{top + 16}">{result.Ratio:0.000}</text>
                """);
        }

        return svg.Append("</svg>").AppendLine().ToString();
    }
}
