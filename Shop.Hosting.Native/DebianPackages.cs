using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Shop.Hosting.Native;

/// <summary>
/// Fetches packages of Debian or Ubuntu with the system's own apt and unpacks them into a folder, without root and
/// without installing them. There is no hash to pin, because security updates replace a version: apt checks each
/// package against the package list, and the list against the distribution's signature.
/// </summary>
internal sealed partial class DebianPackages(NativeServerOptions options, Action<string> report)
{
    private static readonly string[] Programs = ["apt-get", "dpkg-deb", "dpkg-query"];
    private static readonly string[] LibraryRoots = ["usr/lib", "lib"];
    private string[] _lists = [];

    /// <summary>Whether the system has what is needed.</summary>
    public static bool AreAvailable(NativeServerOptions options) =>
        OperatingSystem.IsLinux() && Programs.All(program => Tools.Find(program, options.SearchPath) is not null);

    /// <summary>A name for unpacked content that another release of the distribution does not share.</summary>
    public static string CacheName(string content)
    {
        var release = File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release") : "";
        var distribution = Field(release, "ID") + "-" + Field(release, "VERSION_ID");
        return $"{content}-{distribution}-{RuntimeInformation.OSArchitecture}".ToLowerInvariant();
    }

    /// <summary>The library folders of unpacked packages.</summary>
    public static IEnumerable<string> LibraryFolders(string folder) =>
        LibraryRoots.Select(name => Path.Combine(folder, name)).Where(Directory.Exists)
            .SelectMany(lib => Directory.EnumerateDirectories(lib, "*-linux-*").Append(lib));

    /// <summary>Unpacks a package, and those libraries it needs that are not installed.</summary>
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

            report($"Downloading {next} from the distribution");
            var archive = await DownloadAsync(next, work, cancel);
            await RunAsync("dpkg-deb", ["-x", archive, folder], cancel);
            var depends = await RunAsync("dpkg-deb", ["-f", archive, "Pre-Depends", "Depends"], cancel);
            foreach (var name in FirstChoice().Matches(depends).Select(match => match.Groups[1].Value))
                if (IsPart(name, package) && !await IsInstalledAsync(name, cancel)) wanted.Enqueue(name);
        }

        Directory.Delete(work, recursive: true);
    }

    // Libraries and sister packages; not what only an installed service needs, such as adduser.
    private static bool IsPart(string name, string package) =>
        name.StartsWith("lib", StringComparison.Ordinal) || name.StartsWith("lua", StringComparison.Ordinal)
        || name.StartsWith(package.Split('-')[0], StringComparison.Ordinal);

    private async Task<bool> IsInstalledAsync(string name, CancellationToken cancel) =>
        (await Tools.RunAsync([Program("dpkg-query"), "-W", "-f", "${db:Status-Status}", name], cancel)).Output
            == "installed";

    private async Task<string> DownloadAsync(string package, string work, CancellationToken cancel)
    {
        var result = await AptAsync(["download", package], work, cancel);
        if (result.ExitCode != 0 && _lists.Length == 0)
        {
            // A fresh container has no package lists, or old ones that name versions long replaced.
            await UsePrivateListsAsync(work, cancel);
            result = await AptAsync(["download", package], work, cancel);
        }

        return Directory.EnumerateFiles(work, package + "_*.deb").FirstOrDefault()
            ?? throw new InvalidOperationException($"apt-get download {package}: {result.Output}");
    }

    private async Task UsePrivateListsAsync(string work, CancellationToken cancel)
    {
        report("Reading the distribution's package lists");
        Directory.CreateDirectory(Path.Combine(work, "state", "lists", "partial"));
        // Hooks that tidy the system up after an update are not meant for private lists.
        var settings = Path.Combine(work, "apt.conf");
        await File.WriteAllLinesAsync(
            settings, ["#clear APT::Update::Post-Invoke;", "#clear APT::Update::Post-Invoke-Success;"], cancel);
        _lists =
        [
            "-c", settings,
            "-o", $"Dir::State={Path.Combine(work, "state")}",
            "-o", $"Dir::State::lists={Path.Combine(work, "state", "lists")}",
            "-o", "Dir::State::status=/var/lib/dpkg/status",
            "-o", "Acquire::Languages=none",
        ];
        // The exit code is ignored: a single third-party source that does not answer makes it fail.
        await AptAsync(["update"], work, cancel);
    }

    private Task<ToolResult> AptAsync(string[] command, string work, CancellationToken cancel) => Tools.RunAsync(
        [
            Program("apt-get"), .. _lists,
            // As root, apt downloads as the user _apt, who cannot write to our folder.
            "-o", "APT::Sandbox::User=root",
            "-o", "Acquire::http::Timeout=20",
            "-o", "Acquire::https::Timeout=20",
            // Images turn apt's cache off, which costs a second per call.
            "-o", $"Dir::Cache={Path.Combine(work, "cache")}",
            "-o", "Dir::Cache::pkgcache=pkgcache.bin",
            "-o", "Dir::Cache::srcpkgcache=srcpkgcache.bin",
            "-q", .. command,
        ],
        cancel,
        workingDirectory: work);

    private Task<string> RunAsync(string program, string[] arguments, CancellationToken cancel) =>
        Tools.RequireAsync([Program(program), .. arguments], cancel);

    private string Program(string name) => Tools.Find(name, options.SearchPath)!;

    // ID=debian, or ID="debian"
    private static string Field(string release, string name) =>
        release.Split('\n').FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal)) is { } line
            ? line[(name.Length + 1)..].Trim('"')
            : "unknown";

    // Depends: libjemalloc2 (>= 3.5.0), libsystemd0 | libelogind0, …
    [GeneratedRegex(@"(?:^|[,:])\s*([a-z0-9][a-z0-9+.-]*)", RegexOptions.Multiline)]
    private static partial Regex FirstChoice();
}
