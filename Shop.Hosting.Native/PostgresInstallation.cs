using System.Globalization;
using System.Text.RegularExpressions;

namespace Shop.Hosting.Native;

/// <summary>The programs of one PostgreSQL server.</summary>
/// <param name="Folder">Holds <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Major">The major version; it cannot read the data of another one.</param>
/// <param name="Version">The full version, as the server tells it.</param>
internal sealed partial record PostgresInstallation(string Folder, int Major, string Version)
{
    private const int OldestMajor = 13;

    // The places of distributions and package managers, beyond the path.
    private static readonly string[] UsualPlaces =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/usr/libexec/postgresql*",
        "/opt/homebrew/opt/postgresql@*/bin", "/opt/homebrew/bin", "/usr/local/opt/postgresql@*/bin",
        "/usr/local/pgsql/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
        @"C:\Program Files\PostgreSQL\*\bin",
    ];

    public string Postgres => Path.Combine(Folder, Tools.FileName("postgres"));

    public string InitDb => Path.Combine(Folder, Tools.FileName("initdb"));

    /// <summary>A server that can read the data, or start new data: one of this machine, else a downloaded one.</summary>
    /// <param name="preparation">Where to look.</param>
    /// <param name="dataMajor">The version that wrote the data; null when there is none.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<PostgresInstallation> FindAsync(Preparation preparation, int? dataMajor, CancellationToken cancel)
    {
        var setting = preparation.Options.Postgres;
        List<PostgresInstallation> unfit = [];
        foreach (var folder in Candidates(preparation.Options))
        {
            if (await AskAsync(folder, cancel) is not { } found) continue;
            if (found.Major >= OldestMajor && (dataMajor ?? found.Major) == found.Major) return found;
            unfit.Add(found);
        }

        if (setting is not (null or NativeServerOptions.Download) && unfit.Count == 0)
            throw new NativeServerException(
                $"Native:Postgres is '{setting}', but that folder holds no postgres and initdb that run. "
                + $"Name one that does, or '{NativeServerOptions.Download}', or remove the setting.");

        if (dataMajor is { } major && major != PostgresDownload.Major)
            throw new NativeServerException(
                $"The data in {preparation.Data.Path} was written by PostgreSQL {major}, and there is no PostgreSQL {major} "
                + $"here (found: {Describe(unfit)}; can be downloaded: {PostgresDownload.Major}). {HowToInstall(preparation.Options, major)} "
                + "Or move the data with pg_dump on a machine that has it, or delete that folder to start empty.");

        var downloaded = await PostgresDownload.GetAsync(preparation, cancel);
        return await AskAsync(downloaded, cancel)
            ?? throw new NativeServerException(
                $"The downloaded PostgreSQL in {downloaded} does not run on this system. {HowToInstall(preparation.Options, null)}");
    }

    /// <summary>What a person has to do on this system to have a server.</summary>
    public static string HowToInstall(NativeServerOptions options, int? major)
    {
        var version = major?.ToString(CultureInfo.InvariantCulture);
        if (OperatingSystem.IsMacOS()) return $"Install it: brew install postgresql@{version ?? "18"}.";
        if (OperatingSystem.IsWindows()) return "Install it from https://www.postgresql.org/download/windows/.";
        if (Tools.Find("dnf", options.SearchPath) is not null) return $"Install it: sudo dnf install postgresql{version}-server.";
        return Tools.Find("apk", options.SearchPath) is not null
            ? $"Install it: sudo apk add postgresql{version}."
            : $"Install it: sudo apt-get install postgresql{(version is null ? "" : "-" + version)}, "
                + "or the like with this system's package manager.";
    }

    private static IEnumerable<string> Candidates(NativeServerOptions options) => options.Postgres switch
    {
        NativeServerOptions.Download => [],
        { } folder => [folder],
        // On the path there is often only a link to the folder that has all the programs.
        null => Tools.FindAll("postgres", [.. options.SearchPath, .. UsualPlaces])
            .Select(file => Path.GetDirectoryName(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)!)
            .Distinct(),
    };

    private static async Task<PostgresInstallation?> AskAsync(string folder, CancellationToken cancel)
    {
        var found = new PostgresInstallation(folder, 0, "");
        if (!Tools.IsExecutable(found.Postgres) || !Tools.IsExecutable(found.InitDb)) return null;

        var answer = await Tools.RunAsync([found.Postgres, "--version"], cancel);
        return answer.ExitCode == 0 && MajorVersion().Match(answer.Output) is { Success: true } match
            ? found with { Major = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), Version = answer.Output }
            : null;
    }

    private static string Describe(List<PostgresInstallation> found) =>
        found.Count == 0 ? "none" : string.Join(", ", found.Select(one => $"{one.Major} in {one.Folder}"));

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex MajorVersion();
}
