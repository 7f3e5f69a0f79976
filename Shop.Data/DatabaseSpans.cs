using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace Shop.Data;

/// <summary>
/// The spans of statements: only as part of a request or a message, and named by what is done to which table.
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
        // What follows a WITH may be either; what is changed says more than what is read on the way.
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
