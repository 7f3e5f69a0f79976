namespace Aspire.Hosting.Local;

/// <summary>A Redis server's program.</summary>
/// <param name="Program">The full path.</param>
/// <param name="LibraryFolders">Where its libraries are, when they are not the system's.</param>
internal sealed record RedisInstallation(string Program, IReadOnlyList<string> LibraryFolders)
{
    /// <summary>The setting that overrules the search: <c>download</c>, or the path of a program.</summary>
    public const string Setting = "ASPIRE_LOCAL_REDIS";

    private static readonly string[] UsualPlaces =
    [
        "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec", "/opt/homebrew/bin",
        "/opt/homebrew/opt/redis/bin", "/opt/homebrew/opt/valkey/bin", "/usr/local/opt/redis/bin",
        "/usr/local/opt/valkey/bin", @"C:\Program Files\Redis", @"C:\Program Files\Memurai",
    ];

    // Valkey is Redis 7.2 under another licence; some distributions have only that.
    private static readonly string[] Names = ["redis-server", "valkey-server", "memurai"];

    /// <summary>Empty, or where to find the libraries.</summary>
    public IReadOnlyDictionary<string, string?> Environment => LibraryFolders.Count == 0
        ? new Dictionary<string, string?>()
        : new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = string.Join(':', LibraryFolders) };

    /// <summary>A server on this machine, else the distribution's own package, unpacked and not installed.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message says what to do.</exception>
    public static async Task<RedisInstallation> FindAsync(
        string? setting, NativeCache cache, Action<string> progress, CancellationToken cancel)
    {
        var download = string.Equals(setting, "download", StringComparison.OrdinalIgnoreCase);
        if (setting is { Length: > 0 } && !download)
        {
            return Executables.Find(setting) is { } given
                ? new RedisInstallation(given, [])
                : throw new InvalidOperationException(
                    $"{Setting} is '{setting}', but there is no such program. Name one, or 'download', or remove the setting.");
        }

        if (!download && Names.SelectMany(name => Executables.FindAll(name, UsualPlaces)).FirstOrDefault() is { } found)
            return new RedisInstallation(found, []);

        if (!DebianPackages.Available)
            throw new InvalidOperationException($"There is no Redis server on this machine. {HowToInstall()}");

        var folder = await cache.GetAsync(
            DebianPackages.CacheName("redis"), (target, token) => UnpackAsync(target, progress, token), progress, cancel);
        return In(folder);
    }

    private static async Task UnpackAsync(string folder, Action<string> progress, CancellationToken cancel)
    {
        try
        {
            await new DebianPackages(progress).UnpackAsync("redis-server", folder, cancel);
            var server = In(folder);
            var version = new ProcessStart(server.Program, ["--version"]) { Environment = server.Environment };
            var answer = await Tool.RunAsync(version, cancel);
            if (answer.ExitCode != 0) throw new InvalidOperationException(answer.Output);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FileNotFoundException)
        {
            throw new InvalidOperationException(
                $"There is no Redis server on this machine, and the distribution's package could not be unpacked: {failure.Message} {HowToInstall()}",
                failure);
        }
    }

    private static RedisInstallation In(string folder) =>
        new(Path.Combine(folder, "usr", "bin", "redis-server"), DebianPackages.LibraryFolders(folder));

    private static string HowToInstall()
    {
        if (OperatingSystem.IsMacOS()) return "Install it: brew install redis.";
        if (OperatingSystem.IsWindows())
            return "Redis has no Windows build: install Memurai (https://www.memurai.com), or run the application in WSL, "
                + "or with a container engine and UseAspire=true.";
        if (Executables.Find("apt-get") is not null) return "Install it: sudo apt-get install redis-server.";
        if (Executables.Find("dnf") is not null) return "Install it: sudo dnf install redis (or valkey).";
        if (Executables.Find("apk") is not null) return "Install it: sudo apk add redis.";
        return Executables.Find("pacman") is not null
            ? "Install it: sudo pacman -S valkey."
            : "Install the Redis (or Valkey) server with the system's package manager.";
    }
}
