using System.Globalization;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Local;

/// <summary>The programs of one PostgreSQL server.</summary>
/// <param name="Folder">Holds <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Major">The major version; data of another one cannot be read.</param>
/// <param name="Version">The full version as the server tells it.</param>
internal sealed partial record PostgresInstallation(string Folder, int Major, string Version)
{
    /// <summary>
    /// The setting that overrules the search: <c>download</c>, or a folder that holds <c>postgres</c> and
    /// <c>initdb</c>.
    /// </summary>
    public const string Setting = "ASPIRE_LOCAL_POSTGRES";

    private const int OldestMajor = 13;

    // The distributions' and package managers' usual places, beyond the path.
    private static readonly string[] UsualPlaces =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/usr/libexec/postgresql*",
        "/opt/homebrew/opt/postgresql@*/bin", "/opt/homebrew/bin", "/usr/local/opt/postgresql@*/bin", "/usr/local/pgsql/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin", @"C:\Program Files\PostgreSQL\*\bin",
    ];

    public string Postgres => Path.Combine(Folder, Executable("postgres"));

    public string InitDb => Path.Combine(Folder, Executable("initdb"));

    /// <summary>A server that can read the data, or start new data: on this machine, else downloaded.</summary>
    /// <param name="setting">The value of <see cref="Setting"/>, if any.</param>
    /// <param name="dataMajor">The version of existing data; null when there is none.</param>
    /// <param name="download">Obtains the version that can be downloaded; answers its folder.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is no fitting server; the message says what to do.</exception>
    public static async Task<PostgresInstallation> FindAsync(
        string? setting, int? dataMajor, Func<Task<string>> download, CancellationToken cancel)
    {
        List<PostgresInstallation> seen = [];
        foreach (var folder in Candidates(setting))
        {
            if (await AskAsync(folder, cancel) is not { } server) continue;
            if (server.Major >= OldestMajor && (dataMajor ?? server.Major) == server.Major) return server;
            seen.Add(server);
        }

        if (setting is { Length: > 0 } && !IsDownload(setting) && seen.Count == 0)
            throw new InvalidOperationException(
                $"{Setting} is '{setting}', but that folder holds no working postgres and initdb. "
                + "Name one that does, or 'download', or remove the setting.");

        if (dataMajor is { } major && major != PostgresDownload.Major)
            throw new InvalidOperationException(
                $"The data was written by PostgreSQL {major}, but there is no PostgreSQL {major} here "
                + $"(found: {Describe(seen)}; can be downloaded: {PostgresDownload.Major}). {HowToInstall(major)} "
                + "Or move the data over with pg_dump on a machine that has it, or delete the data volume to start empty.");

        var obtained = await download();
        return await AskAsync(obtained, cancel)
            ?? throw new InvalidOperationException(
                $"The downloaded PostgreSQL in {obtained} does not run on this system. {HowToInstall(null)}");
    }

    /// <summary>What a person has to do on this system to have a server.</summary>
    public static string HowToInstall(int? major)
    {
        var version = major?.ToString(CultureInfo.InvariantCulture) ?? "";
        if (OperatingSystem.IsMacOS()) return $"Install it: brew install postgresql@{(major is null ? "18" : version)}.";
        if (OperatingSystem.IsWindows()) return "Install it from https://www.postgresql.org/download/windows/.";
        if (Executables.Find("apt-get") is not null)
            return $"Install it: sudo apt-get install postgresql{(major is null ? "" : "-" + version)}.";
        if (Executables.Find("dnf") is not null) return $"Install it: sudo dnf install postgresql{version}-server.";
        return Executables.Find("apk") is not null
            ? $"Install it: sudo apk add postgresql{version}."
            : "Install the PostgreSQL server with the system's package manager.";
    }

    private static IEnumerable<string> Candidates(string? setting)
    {
        if (IsDownload(setting)) return [];
        if (setting is { Length: > 0 }) return [setting];
        return Executables.FindAll("postgres", UsualPlaces)
            // On the path there is often only a link to the folder that has all the programs.
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)
            .Select(file => Path.GetDirectoryName(file)!)
            .Distinct();
    }

    private static bool IsDownload(string? setting) =>
        string.Equals(setting, "download", StringComparison.OrdinalIgnoreCase);

    private static async Task<PostgresInstallation?> AskAsync(string folder, CancellationToken cancel)
    {
        var server = new PostgresInstallation(folder, 0, "");
        if (!File.Exists(server.Postgres) || !File.Exists(server.InitDb)) return null;

        var answer = await Tool.RunAsync(new ProcessStart(server.Postgres, ["--version"]), cancel);
        return answer.ExitCode == 0 && MajorVersion().Match(answer.Output) is { Success: true } match
            ? new PostgresInstallation(folder, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), answer.Output)
            : null;
    }

    private static string Describe(List<PostgresInstallation> servers) =>
        servers.Count == 0 ? "none" : string.Join(", ", servers.Select(server => $"{server.Major} in {server.Folder}"));

    private static string Executable(string name) => OperatingSystem.IsWindows() ? name + ".exe" : name;

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex MajorVersion();
}
