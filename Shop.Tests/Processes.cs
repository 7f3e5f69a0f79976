using System.Diagnostics;
using System.Globalization;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Shop.Hosting.Native;

namespace Shop.Tests;

/// <summary>A process, told from a later one of the same number by its start.</summary>
internal sealed record Running(int Id, string Started);

/// <summary>What Linux tells of the processes of this machine.</summary>
internal static class Processes
{
    // Of /proc/<id>/stat, counted after the name in brackets, which may hold anything.
    private const int State = 0;
    private const int Parent = 1;
    private const int Start = 19;

    /// <summary>The process that runs a resource now.</summary>
    public static int? IdOf(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.Running ? snapshot.ProcessId() : null;

    public static async Task SignalAsync(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Neither dead nor alive: a process and its children get no time, their sockets stay open.</summary>
    public static async Task StallAsync(int process, Func<Task> meanwhile)
    {
        int[] stalled = [process, .. DescendantsOf(process).Select(child => child.Id)];
        await TrySignalAsync(stalled, "STOP");
        try
        {
            await meanwhile();
        }
        finally
        {
            await TrySignalAsync(stalled, "CONT");
        }
    }

    public static IReadOnlyList<Running> DescendantsOf(int ancestor)
    {
        var children = All().ToLookup(process => process.Parent, process => process.Process);
        List<Running> found = [];
        Queue<int> next = new([ancestor]);
        while (next.TryDequeue(out var parent))
        {
            found.AddRange(children[parent]);
            foreach (var child in children[parent]) next.Enqueue(child.Id);
        }

        return found;
    }

    /// <summary>Those that have inherited an environment variable.</summary>
    public static IEnumerable<Running> MarkedWith(string variable) =>
        All().Select(one => one.Process)
            .Where(process => Read(process.Id, "environ").Contains(variable, StringComparison.Ordinal));

    public static bool Lives(Running process) => All().Any(one => one.Process == process);

    public static bool Lives(int process) => All().Any(one => one.Process.Id == process);

    public static string Describe(Running process) =>
        $"{process.Id} {Read(process.Id, "cmdline").Replace('\0', ' ')}".Trim();

    /// <summary>
    /// Whether this process, and so what it starts, is deaf to Ctrl-C, as the background jobs of a script are.
    /// </summary>
    public static bool IgnoreInterrupt()
    {
        const int Interrupt = 2;
        var line = Read(Environment.ProcessId, "status")
            .Split('\n')
            .First(one => one.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (ulong.Parse(
            line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (Interrupt - 1) & 1) == 1;
    }

    // Some may have ended since they were listed.
    private static async Task TrySignalAsync(int[] processes, string signal)
    {
        using var kill = Process.Start(
            new ProcessStartInfo("kill", [$"-{signal}", .. processes.Select(id => $"{id}")])
            {
                RedirectStandardError = true,
            })!;
        await kill.WaitForExitAsync();
    }

    private static IEnumerable<(Running Process, int Parent)> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(folder)
        where name.All(char.IsAsciiDigit)
        let stat = Read(int.Parse(name, CultureInfo.InvariantCulture), "stat")
        let fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        // A zombie has ended; nobody has asked for its exit code yet.
        where fields.Length > Start && fields[State] is not ("Z" or "X")
        select (
            new Running(int.Parse(name, CultureInfo.InvariantCulture), fields[Start]),
            int.Parse(fields[Parent], CultureInfo.InvariantCulture));

    private static string Read(int process, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/{file}"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
