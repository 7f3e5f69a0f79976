using System.Diagnostics;

namespace Aspire.Hosting.Local;

/// <summary>
/// The commands put before a child's own on Unix. Each replaces itself by the next, so the process id stays the
/// child's.
/// </summary>
internal static class LaunchPrefix
{
    private static readonly Lazy<Task<string[]>> Session = new(FindSessionAsync);
    private static readonly Lazy<Task<string?>> DeathSignal = new(FindDeathSignalAsync);

    /// <summary>
    /// A session of the child's own: Ctrl-C in the terminal does not reach it, and its group can be killed. Empty
    /// when the system offers no way.
    /// </summary>
    public static Task<string[]> OwnSessionAsync() => Session.Value;

    /// <summary>
    /// The prefix that arms the kernel's parent-death signal; empty where there is none. It must come last:
    /// changing the user clears the signal.
    /// </summary>
    /// <param name="signal">The signal's name without SIG.</param>
    public static async Task<string[]> DeathSignalAsync(string signal) =>
        await DeathSignal.Value is { } setpriv ? [setpriv, "--pdeathsig", signal, "--"] : [];

    /// <summary>Whether a command can be started and answers with success.</summary>
    public static async Task<bool> WorksAsync(params string[] command)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
                WorkingDirectory = "/",
            },
        };
        try
        {
            await ChildSpawner.StartAsync(process);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private static async Task<string[]> FindSessionAsync()
    {
        if (Executables.Find("setsid") is { } setsid && await WorksAsync(setsid, "true")) return [setsid];

        // macOS has no setsid, but Perl.
        string[] perl = ["perl", "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV or exit 127"];
        return Executables.Find("perl") is { } path && await WorksAsync([path, .. perl[1..], "true"])
            ? [path, .. perl[1..]]
            : [];
    }

    private static async Task<string?> FindDeathSignalAsync() =>
        OperatingSystem.IsLinux() && Executables.Find("setpriv") is { } setpriv
        && await WorksAsync(setpriv, "--pdeathsig", "KILL", "--", "true")
            ? setpriv
            : null;
}
