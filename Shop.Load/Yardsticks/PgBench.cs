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
    /// <summary>pgbench's own script, at scale 10, for <see cref="RunAsync"/>.</summary>
    public const string TpcB = "tpcb-like";

    private readonly NpgsqlConnectionStringBuilder _server = new(connection);

    /// <summary>Makes the copies, and the tables of pgbench's own script.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var prepare = source.CreateCommand(await File.ReadAllTextAsync(PathOf("prepare.sql"), cancel));
        await prepare.ExecuteNonQueryAsync(cancel);
        await ExecuteAsync(["--initialize", "--scale=10", "--quiet"], cancel);
    }

    /// <summary>Where a script lies.</summary>
    public static string PathOf(string script) => Path.Combine(AppContext.BaseDirectory, "Yardsticks", script);

    /// <summary>Transactions a second of a script.</summary>
    public async Task<double> RunAsync(string script, int clients, TimeSpan duration, CancellationToken cancel)
    {
        var output = await ExecuteAsync(
            [
                "--no-vacuum", "--protocol=prepared", "--jobs=2", $"--client={clients}",
                string.Create(CultureInfo.InvariantCulture, $"--time={Math.Max(1, (int)duration.TotalSeconds)}"),
                script == TpcB ? $"--builtin={TpcB}" : $"--file={PathOf(script)}",
            ],
            cancel);
        return Rate().Match(output) is { Success: true } rate
            ? double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench {script}: {output}");
    }

    private async Task<string> ExecuteAsync(string[] arguments, CancellationToken cancel)
    {
        string[] server =
        [
            "--host", _server.Host!, "--port", $"{_server.Port}", "--username", _server.Username!, _server.Database!,
        ];
        var start = new ProcessStartInfo("pgbench", [.. arguments, .. server])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = _server.Password },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("pgbench did not start.");
        var (output, error) = (
            process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"pgbench {string.Join(' ', arguments)}: {await error}");
    }

    [GeneratedRegex(@"tps = ([0-9.]+) \(without")]
    private static partial Regex Rate();
}
