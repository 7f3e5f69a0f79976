using System.Diagnostics;
using System.Globalization;

namespace Shop.Tests.Chaos;

/// <summary>Processes of this machine and the signals they get.</summary>
internal static class Processes
{
    /// <summary>Neither dead nor alive: a process and its children get no time, their sockets stay open.</summary>
    public static async Task StallAsync(int process, TimeSpan time, CancellationToken cancel)
    {
        var processes = WithDescendants(process);
        Signal("-STOP", processes);
        try
        {
            await Task.Delay(time, cancel);
        }
        finally
        {
            Signal("-CONT", processes);
        }
    }

    private static int[] WithDescendants(int root)
    {
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => (Id: int.Parse(name!, CultureInfo.InvariantCulture), Parent: ParentOf(name!)))
            .ToLookup(process => process.Parent, process => process.Id);
        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i]]);

        return [.. found];
    }

    private static int ParentOf(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return 0;
        }
    }

    private static void Signal(string signal, int[] processes)
    {
        using var kill = Process.Start("kill", [signal, .. processes.Select(id => $"{id}")]);
        kill.WaitForExit();
    }
}
