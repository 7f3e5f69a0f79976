using System.Runtime.InteropServices;

namespace Aspire.Hosting.Local;

/// <summary>The system calls that .NET has no API for.</summary>
internal static class Posix
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal. A target that has gone in the meantime is no error.</summary>
    /// <param name="target">A process id, or a negative process group id.</param>
    /// <param name="signal">The signal's number.</param>
    public static void Send(int target, int signal)
    {
        // 0, 1 and -1 would reach this host's own group, init, or everything.
        if (target is < -1 or > 1) _ = SendSignal(target, signal);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int target, int signal);
}
