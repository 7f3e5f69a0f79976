using System.ComponentModel;

namespace Shop.Hosting.Native;

/// <summary>
/// PostgreSQL refuses to run as root, and no server needs to. A host that is root, as most CI containers are, starts
/// them through a command that gives the rights up and then replaces itself by the server (exec), so that the
/// orchestrator's child is the server itself.
/// </summary>
internal static class UnprivilegedUser
{
    private const string Nobody = "65534";
    private static readonly Lazy<Task<string[]>> Prefix = new(FindAsync);

    /// <summary>What to put before a command; nothing when the host is not root.</summary>
    /// <exception cref="NativeServerException">The host is root, and the system offers no way down.</exception>
    public static Task<string[]> GetPrefixAsync() => Prefix.Value;

    /// <summary>Gives a folder and all in it to the user that servers run as.</summary>
    public static async Task GiveAsync(string folder, CancellationToken cancel)
    {
        var prefix = await Prefix.Value;
        if (prefix.Length == 0) return;

        // In a user namespace root is only called nobody. The last host may have chosen the other way.
        var owner = prefix.Contains("--reuid") ? Nobody : "0";
        await Tools.RequireAsync(["chown", "-R", $"{owner}:{owner}", folder], cancel);
    }

    private static async Task<string[]> FindAsync()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return [];

        string[] account = ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups"];
        // Reaches data below root's home. Without the fix-up bit, access(2) would judge by the account alone.
        string[] reach = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];
        string[][] ways =
        [
            ["unshare", "--user", $"--map-user={Nobody}", $"--map-group={Nobody}", "--"],
            [.. account, .. reach, "--"],
            [.. account, "--"],
        ];
        foreach (var way in ways)
        {
            if (Tools.Find(way[0], ["/usr/bin", "/bin", "/usr/sbin"]) is not { } tool) continue;

            string[] prefix = [tool, .. way[1..]];
            if (await WorksAsync(prefix)) return prefix;
        }

        throw new NativeServerException(
            "The AppHost runs as root, and neither unshare nor setpriv can start a server without root's rights here. "
            + "Install the package util-linux, or run the AppHost as an ordinary user.");
    }

    private static async Task<bool> WorksAsync(string[] prefix)
    {
        try
        {
            return (await Tools.RunAsync([.. prefix, "true"], CancellationToken.None)).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
