using System.Globalization;

namespace Aspire.Hosting.Local;

/// <summary>
/// How a host that is root, as in most containers, runs a server that must not be. First choice is a user namespace in
/// which root is nobody: files stay root's and no account is needed. Where that is forbidden, the account nobody, which
/// keeps the one right to reach folders below root's home if it can.
/// </summary>
internal static class UnprivilegedAccount
{
    private const int Nobody = 65534;
    private static readonly Lazy<Task<string[]>> Prefix = new(FindAsync);

    /// <summary>The prefix; empty when the host is no root.</summary>
    /// <exception cref="InvalidOperationException">The host is root and the system offers no way down.</exception>
    public static Task<string[]> PrefixAsync() => Prefix.Value;

    /// <summary>
    /// Gives a folder and what is in it to the account. Also to root, where that is the account's true name: the
    /// way may have been another the last time.
    /// </summary>
    public static async Task OwnAsync(string folder, CancellationToken cancel)
    {
        var prefix = await Prefix.Value;
        if (prefix.Length == 0) return;

        var id = prefix.Contains("--reuid") ? Nobody : 0;
        var owner = string.Create(CultureInfo.InvariantCulture, $"{id}:{id}");
        var changed = await Tool.RunAsync(new ProcessStart("chown", ["-R", owner, folder]), cancel);
        if (changed.ExitCode != 0)
            throw new InvalidOperationException($"Could not give {folder} to an unprivileged account: {changed.Output}");
    }

    private static async Task<string[]> FindAsync()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return [];

        var id = Nobody.ToString(CultureInfo.InvariantCulture);
        string[] account = ["setpriv", "--reuid", id, "--regid", id, "--clear-groups"];
        // Without the fix-up bit, access(2) would judge by the account alone.
        string[] reach = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];
        string[][] ways =
        [
            ["unshare", "--user", $"--map-user={id}", $"--map-group={id}", "--"],
            [.. account, .. reach, "--"],
            [.. account, "--"],
        ];
        // Lets a test take the second way where the first is open.
        var first = Environment.GetEnvironmentVariable("ASPIRE_LOCAL_NO_USER_NAMESPACE") == "1" ? 1 : 0;
        foreach (var way in ways[first..])
        {
            if (Executables.Find(way[0]) is not { } tool) continue;

            string[] prefix = [tool, .. way[1..]];
            if (await LaunchPrefix.WorksAsync([.. prefix, "true"])) return prefix;
        }

        throw new InvalidOperationException(
            "This host runs as root, and neither unshare nor setpriv (package util-linux) can start a server without "
            + "root's rights here. Run it as an ordinary user.");
    }
}
