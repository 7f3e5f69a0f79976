using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Local;

/// <summary>On Windows every child joins a job object that the system closes, and so ends, with this host.</summary>
internal static class WindowsJob
{
    private const int ExtendedLimits = 9;
    private const uint KillOnClose = 0x2000;
    private static readonly Lazy<IntPtr> Job = new(Open);

    public static void Add(Process process)
    {
        if (!AssignProcessToJobObject(Job.Value, process.Handle) && !process.HasExited) throw new Win32Exception();
    }

    private static IntPtr Open()
    {
        var job = CreateJobObject(IntPtr.Zero, IntPtr.Zero);
        var limits = new Limits { Flags = KillOnClose };
        var limited = job != IntPtr.Zero && SetInformationJobObject(job, ExtendedLimits, ref limits, Marshal.SizeOf<Limits>());
        return limited ? job : throw new Win32Exception();
    }

    [DllImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr CreateJobObject(IntPtr security, IntPtr name);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool SetInformationJobObject(IntPtr job, int kind, ref Limits limits, int size);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool AssignProcessToJobObject(IntPtr job, IntPtr process);

    // JOBOBJECT_EXTENDED_LIMIT_INFORMATION; only the flags are set.
    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public long ProcessTime;
        public long JobTime;
        public uint Flags;
        public nuint MinimumWorkingSet;
        public nuint MaximumWorkingSet;
        public uint ActiveProcesses;
        public nuint Affinity;
        public uint Priority;
        public uint Scheduling;
        public ulong Reads;
        public ulong Writes;
        public ulong Others;
        public ulong BytesRead;
        public ulong BytesWritten;
        public ulong BytesOther;
        public nuint ProcessMemory;
        public nuint JobMemory;
        public nuint PeakProcessMemory;
        public nuint PeakJobMemory;
    }
}
