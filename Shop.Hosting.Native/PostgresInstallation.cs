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

    /// <summary>
    /// A server that reads data of this version, or starts new data: of this machine, else downloaded.
    /// </summary>
    public static async Task<PostgresInstallation> FindAsync(
        Preparation preparation, int? dataMajor, CancellationToken cancel)
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
                $"The data in {preparation.Data.Path} was written by PostgreSQL {major}, "
                + "and there is no such version here "
                + $"(found: {string.Join(", ", unfit.Select(one => $"{one.Major} in {one.Folder}"))}). "
                + $"{HowToInstall(major)} "
                + "Or move the data with pg_dump on a machine that has it, or delete that folder to start empty.");

        return await AskAsync(await PostgresDownload.GetAsync(preparation, cancel), cancel)
            ?? throw new NativeServerException(
                $"The downloaded PostgreSQL does not run on this system. {HowToInstall()}");
    }

    /// <summary>What a person has to do on this system to have a server.</summary>
    public static string HowToInstall(int? major = null) =>
        OperatingSystem.IsMacOS() ? $"Install it: brew install postgresql@{major ?? PostgresDownload.Major}."
        : OperatingSystem.IsWindows() ? "Install it from https://www.postgresql.org/download/windows/."
        : $"Install it: sudo apt-get install postgresql{(major is null ? "" : "-" + major)}, "
            + "or the like with this system's package manager.";

    private static IEnumerable<string> Candidates(NativeServerOptions options) => options.Postgres switch
    {
        NativeServerOptions.Download => [],
        { } folder => [folder],
        // The PATH often has only a link to the folder with all the programs.
        null => Tools.FindAll("postgres", [.. options.SearchPath, .. UsualPlaces])
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)
            .Select(file => Path.GetDirectoryName(file)!)
            .Distinct(),
    };

    private static async Task<PostgresInstallation?> AskAsync(string folder, CancellationToken cancel)
    {
        var found = new PostgresInstallation(folder, 0, "");
        if (!Tools.IsExecutable(found.Postgres) || !Tools.IsExecutable(found.InitDb)) return null;

        var answer = await Tools.RunAsync([found.Postgres, "--version"], cancel);
        return answer.ExitCode == 0 && MajorVersion().Match(answer.Output) is { Success: true } match
            ? new(folder, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), answer.Output)
            : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex MajorVersion();
}
