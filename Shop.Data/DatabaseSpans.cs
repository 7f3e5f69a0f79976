using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace Shop.Data;

/// <summary>
/// Configures the spans of SQL statements: only within a request or a message, and named by verb and table.
/// </summary>
internal static partial class DatabaseSpans
{
    public static void Configure(NpgsqlDataSourceBuilder source) => source.ConfigureTracing(tracing => tracing
        .ConfigureCommandFilter(_ => IsPartOfATrace())
        .ConfigureBatchFilter(_ => IsPartOfATrace())
        .ConfigureCommandSpanNameProvider(command => NameOf(command.CommandText))
        .ConfigureBatchSpanNameProvider(batch => NameOf(batch.BatchCommands[0].CommandText))
        .EnableFirstResponseEvent(false)
        .EnablePhysicalOpenTracing(false));

    /// <summary><c>INSERT orders.outbox</c>.</summary>
    internal static string NameOf(string sql)
    {
        // A WITH may precede a change or a query; the changed table says more than those it reads.
        if (Change().Match(sql) is { Success: true } change)
            return Name(change.Groups["verb"].Value, change);

        return Source().Match(sql) is { Success: true } source
            ? Name("SELECT", source)
            : Word().Match(sql).Value.ToUpperInvariant();
    }

    private static string Name(string verb, Match match) =>
        $"{verb} {match.Groups["table"].Value.Replace("\"", "", StringComparison.Ordinal)}";

    private static bool IsPartOfATrace() => Activity.Current is { Recorded: true };

    [GeneratedRegex(
        """\b(?:(?<verb>INSERT)\s+INTO|(?<verb>DELETE)\s+FROM|(?<!FOR |KEY )(?<verb>UPDATE))\s+"""
        + """(?<table>"?\w+"?(?:\."?\w+"?)?)""")]
    private static partial Regex Change();

    [GeneratedRegex("""\bFROM\s+(?<table>"?\w+"?\."?\w+"?)""")]
    private static partial Regex Source();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
