using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Shop.Load;

/// <summary>
/// PostgreSQL's own client with the shop's own statements, on copies of its tables in the same database: what the
/// server could do if nothing stood before it.
/// </summary>
internal sealed partial class PgBench(string connection)
{
    private readonly NpgsqlConnectionStringBuilder _server = new(connection);

    /// <summary>Makes the copies, with a thousand products.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var prepare = source.CreateCommand(await File.ReadAllTextAsync(PathOf("prepare.sql"), cancel));
        await prepare.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Transactions a second of a script.</summary>
    public async Task<double> RunAsync(string script, int clients, TimeSpan duration, CancellationToken cancel)
    {
        string[] arguments =
        [
            "--no-vacuum", "--protocol=prepared", "--jobs=2",
            $"--client={clients}",
            string.Create(CultureInfo.InvariantCulture, $"--time={Math.Max(1, (int)duration.TotalSeconds)}"),
            $"--file={PathOf(script)}",
            "--host", _server.Host!, "--port", $"{_server.Port}", "--username", _server.Username!, _server.Database!,
        ];
        var start = new ProcessStartInfo("pgbench", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = _server.Password },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("pgbench did not start.");
        var (output, error) = (
            process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        return Rate().Match(await output) is { Success: true } rate
            ? double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench {script}: {await output}\n{await error}");
    }

    /// <summary>Where a script lies.</summary>
    public static string PathOf(string script) => Path.Combine(AppContext.BaseDirectory, "Yardsticks", script);

    [GeneratedRegex(@"tps = ([0-9.]+) \(without")]
    private static partial Regex Rate();
}
