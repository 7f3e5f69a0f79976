using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace Shop.ServiceDefaults;

/// <summary>The spans of statements: only as part of a request or a message, and named by what is done to which table.</summary>
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
        var verb = Verb().Match(sql).Value.ToUpperInvariant();
        return Table().Match(sql) is { Success: true } table ? $"{verb} {table.Groups[1].Value.Replace("\"", "", StringComparison.Ordinal)}" : verb;
    }

    private static bool IsPartOfATrace() => Activity.Current is { Recorded: true };

    [GeneratedRegex(@"\w+")]
    private static partial Regex Verb();

    [GeneratedRegex("""(?:\bFROM|\bINTO|\bUPDATE)\s+("?\w+"?(?:\."?\w+"?)?)""")]
    private static partial Regex Table();
}
