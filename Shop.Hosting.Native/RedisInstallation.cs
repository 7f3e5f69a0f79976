using System.ComponentModel;

namespace Shop.Hosting.Native;

/// <summary>The program of a Redis server.</summary>
/// <param name="Program">The full path.</param>
/// <param name="Environment">What it needs to find its libraries, where they are not the system's.</param>
internal sealed record RedisInstallation(string Program, Dictionary<string, string> Environment)
{
    // Valkey is the successor of Redis 7.2 under the old licence; some distributions have only that.
    private static readonly string[] Names = ["redis-server", "valkey-server", "memurai"];

    private static readonly string[] UsualPlaces =
    [
        "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec", "/opt/homebrew/bin",
        "/opt/homebrew/opt/redis/bin", "/opt/homebrew/opt/valkey/bin", "/usr/local/opt/redis/bin",
        "/usr/local/opt/valkey/bin", @"C:\Program Files\Redis", @"C:\Program Files\Memurai",
    ];

    /// <summary>A server of this machine, else the distribution's own package, unpacked but not installed.</summary>
    public static async Task<RedisInstallation> FindAsync(Preparation preparation, CancellationToken cancel)
    {
        var options = preparation.Options;
        if (options.Redis is not (null or NativeServerOptions.Download))
            return Tools.IsExecutable(options.Redis)
                ? new(options.Redis, [])
                : throw new NativeServerException(
                    $"Native:Redis is '{options.Redis}', but there is no such program. "
                    + $"Name one, or '{NativeServerOptions.Download}', or remove the setting.");

        string[] places = [.. options.SearchPath, .. UsualPlaces];
        if (options.Redis is null
            && Names.SelectMany(name => Tools.FindAll(name, places)).FirstOrDefault() is { } found)
            return new(found, []);

        if (!DebianPackages.AreAvailable(options))
            throw new NativeServerException($"There is no Redis server on this machine. {HowToInstall()}");

        var folder = await preparation.Cache.GetAsync(
            DebianPackages.CacheName("redis"),
            async (target, token) =>
            {
                try
                {
                    await new DebianPackages(options, preparation.Report).UnpackAsync("redis-server", target, token);
                    await Tools.RequireAsync(
                        [In(target).Program, "--version"], token, environment: In(target).Environment!);
                }
                catch (Exception failure) when (failure is InvalidOperationException or Win32Exception)
                {
                    throw new NativeServerException(
                        "There is no Redis server on this machine, and the distribution's package cannot be obtained: "
                        + $"{failure.Message} {HowToInstall()}",
                        failure);
                }
            },
            preparation.Report,
            cancel);
        return In(folder);
    }

    private static RedisInstallation In(string folder) => new(
        Path.Combine(folder, "usr", "bin", "redis-server"),
        new() { ["LD_LIBRARY_PATH"] = string.Join(':', DebianPackages.LibraryFolders(folder)) });

    private static string HowToInstall() =>
        OperatingSystem.IsMacOS() ? "Install it: brew install redis."
        : OperatingSystem.IsWindows() ? "Install Memurai (https://www.memurai.com), or run the AppHost in WSL."
        : "Install it: sudo apt-get install redis-server, or the like with this system's package manager.";
}
