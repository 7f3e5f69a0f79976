using System.Text.RegularExpressions;

namespace Aspire.Hosting.Local;

/// <summary>
/// Fetches packages of Debian or Ubuntu with the system's own apt and unpacks them into a folder, without root and
/// without installing. There is no hash to pin, since security updates replace a version: apt itself checks each
/// package
/// against the hash in the package list, and the list against the distribution's signature. That is the integrity
/// check.
/// </summary>
/// <param name="progress">Told what happens.</param>
internal sealed partial class DebianPackages(Action<string> progress)
{
    private static readonly string[] Tools = ["apt-get", "dpkg-deb", "dpkg-query"];
    private static readonly string[] LibraryRoots = ["usr/lib", "lib"];
    private string[] _options = [];

    /// <summary>Whether the system has what is needed.</summary>
    public static bool Available => OperatingSystem.IsLinux() && Tools.All(tool => Executables.Find(tool) is not null);

    /// <summary>A name for unpacked content that another release of the distribution will not share.</summary>
    public static string CacheName(string what)
    {
        var release = File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release") : "";
        var id = Field(release, "ID") + "-" + Field(release, "VERSION_ID");
        return $"{what}-{id}-{System.Runtime.InteropServices.RuntimeInformation.OSArchitecture}".ToLowerInvariant();
    }

    /// <summary>The library folders of unpacked packages.</summary>
    public static IReadOnlyList<string> LibraryFolders(string folder) =>
        [.. LibraryRoots.Select(name => Path.Combine(folder, name)).Where(Directory.Exists)
            .SelectMany(lib => Directory.EnumerateDirectories(lib, "*-linux-*").Append(lib))];

    /// <summary>Unpacks a package and those libraries it needs that are not installed.</summary>
    /// <exception cref="InvalidOperationException">A package cannot be had; the message is apt's.</exception>
    public async Task UnpackAsync(string package, string folder, CancellationToken cancel)
    {
        var work = Path.Combine(folder, ".apt");
        Directory.CreateDirectory(Path.Combine(work, "cache", "archives", "partial"));
        HashSet<string> done = [];
        Queue<string> wanted = new([package]);
        while (wanted.TryDequeue(out var next))
        {
            if (!done.Add(next)) continue;

            progress($"Downloading {next} from the distribution");
            var archive = await DownloadAsync(next, work, cancel);
            await RunAsync("dpkg-deb", ["-x", archive, folder], folder, cancel);
            var depends = await RunAsync("dpkg-deb", ["-f", archive, "Pre-Depends", "Depends"], folder, cancel);
            foreach (Match match in FirstChoice().Matches(depends))
            {
                var name = match.Groups[1].Value;
                if (IsPart(name, package) && !await IsInstalledAsync(name, cancel)) wanted.Enqueue(name);
            }
        }

        Directory.Delete(work, recursive: true);
    }

    /// <summary>
    /// Its own sister packages and libraries; not what only an installed service needs, such as adduser.
    /// </summary>
    private static bool IsPart(string name, string package) =>
        name.StartsWith("lib", StringComparison.Ordinal) || name.StartsWith("lua", StringComparison.Ordinal)
        || name.StartsWith(package.Split('-')[0], StringComparison.Ordinal);

    private static async Task<bool> IsInstalledAsync(string name, CancellationToken cancel)
    {
        var query = new ProcessStart("dpkg-query", ["-W", "-f", "${db:Status-Status}", name]);
        return (await Tool.RunAsync(query, cancel)).Output == "installed";
    }

    private async Task<string> DownloadAsync(string package, string work, CancellationToken cancel)
    {
        var answer = await AptAsync(["download", package], work, cancel);
        if (answer.ExitCode != 0 && _options.Length == 0)
        {
            // A fresh container has no package lists, or old ones that name versions long replaced.
            await UsePrivateListsAsync(work, cancel);
            answer = await AptAsync(["download", package], work, cancel);
        }

        return Directory.EnumerateFiles(work, package + "_*.deb").FirstOrDefault()
            ?? throw new InvalidOperationException($"apt-get download {package}: {answer.Output}");
    }

    private async Task UsePrivateListsAsync(string work, CancellationToken cancel)
    {
        progress("Reading the distribution's package lists");
        Directory.CreateDirectory(Path.Combine(work, "state", "lists", "partial"));
        // Hooks that tidy the system up after an update do not concern private lists.
        var settings = Path.Combine(work, "apt.conf");
        await File.WriteAllLinesAsync(
            settings, ["#clear APT::Update::Post-Invoke;", "#clear APT::Update::Post-Invoke-Success;"], cancel);
        _options =
        [
            "-c", settings,
            "-o", $"Dir::State={Path.Combine(work, "state")}",
            "-o", $"Dir::State::lists={Path.Combine(work, "state", "lists")}",
            "-o", "Dir::State::status=/var/lib/dpkg/status",
            "-o", "Acquire::Languages=none",
            "-o", "Acquire::http::Timeout=20",
            "-o", "Acquire::https::Timeout=20",
        ];
        // Its exit code says nothing: one foreign source that does not answer fails it, and is of no interest.
        await AptAsync(["update"], work, cancel);
    }

    private Task<ToolResult> AptAsync(string[] command, string work, CancellationToken cancel) =>
        Tool.RunAsync(
            new ProcessStart("apt-get",
            [
                .. _options,
                // As root, apt downloads as the user _apt, who cannot write to our folder.
                "-o", "APT::Sandbox::User=root",
                // Container images turn apt's cache off, which costs a second per call.
                "-o", $"Dir::Cache={Path.Combine(work, "cache")}",
                "-o", "Dir::Cache::pkgcache=pkgcache.bin",
                "-o", "Dir::Cache::srcpkgcache=srcpkgcache.bin",
                "-q", .. command,
            ])
            { WorkingDirectory = work },
            cancel);

    private static async Task<string> RunAsync(string tool, string[] arguments, string folder, CancellationToken cancel)
    {
        var answer = await Tool.RunAsync(new ProcessStart(tool, arguments) { WorkingDirectory = folder }, cancel);
        return answer.ExitCode == 0 ? answer.Output : throw new InvalidOperationException($"{tool}: {answer.Output}");
    }

    // ID=debian, or ID="debian"
    private static string Field(string release, string name) =>
        release.Split('\n').FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal)) is { } line
            ? line[(name.Length + 1)..].Trim('"')
            : "unknown";

    // Depends: libjemalloc2 (>= 3.5.0), libsystemd0 | libelogind0, …
    [GeneratedRegex(@"(?:^|[,:])\s*([a-z0-9][a-z0-9+.-]*)", RegexOptions.Multiline)]
    private static partial Regex FirstChoice();
}
