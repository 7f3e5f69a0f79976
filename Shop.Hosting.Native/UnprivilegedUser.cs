namespace Shop.Hosting.Native;

/// <summary>
/// PostgreSQL refuses to run as root, and no server needs to. A host that is root, as most CI containers are, starts
/// them by a command that gives the rights up and then replaces itself by the server (exec), so that the orchestrator's
/// child is the server itself.
/// </summary>
internal static class UnprivilegedUser
{
    private const string Nobody = "65534";

    private static readonly string[] UserNamespace =
        ["/usr/bin/unshare", "--user", $"--map-user={Nobody}", $"--map-group={Nobody}", "--"];

    // The one right left is to reach data below root's home; the bit keeps it although the user changes.
    private static readonly string[] OtherUser =
    [
        "/usr/bin/setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups",
        "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup", "--",
    ];

    private static readonly Lazy<Task<string[]>> Prefix = new(FindAsync);

    /// <summary>What to put before a command; nothing when the host is not root.</summary>
    /// <exception cref="NativeServerException">
    /// The host is root, and the system has no tool to drop the rights.
    /// </exception>
    public static Task<string[]> GetPrefixAsync() => Prefix.Value;

    /// <summary>Gives a folder and all in it to the user that servers run as.</summary>
    public static async Task GiveAsync(string folder, CancellationToken cancel)
    {
        var prefix = await Prefix.Value;
        if (prefix.Length == 0) return;

        // In the user namespace, root is only displayed as nobody. The previous host may have used the other method.
        var owner = prefix == UserNamespace ? "0:0" : $"{Nobody}:{Nobody}";
        await Tools.RequireAsync(["/usr/bin/chown", "-R", owner, folder], cancel);
    }

    private static async Task<string[]> FindAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return [];

        foreach (var way in (string[][])[UserNamespace, OtherUser])
        {
            if (!Tools.IsExecutable(way[0])) continue;
            if ((await Tools.RunAsync([.. way, "true"], CancellationToken.None)).ExitCode == 0) return way;
        }

        throw new NativeServerException(
            "The AppHost runs as root, and neither unshare nor setpriv can start a server without root's rights here. "
            + "Install the package util-linux, or run the AppHost as an ordinary user.");
    }
}
