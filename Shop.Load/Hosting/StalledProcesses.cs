using System.Globalization;
using Shop.Hosting.Native;

namespace Shop.Load;

/// <summary>
/// Processes that get no time until this ends (SIGSTOP, SIGCONT). They cost nothing, their connections stay open, and
/// what they should handle waits.
/// </summary>
internal sealed class StalledProcesses : IAsyncDisposable
{
    private readonly int[] _processes;

    private StalledProcesses(int[] processes) => _processes = processes;

    public static async Task<StalledProcesses> StallAsync(int[] processes, CancellationToken cancel)
    {
        var stalled = new StalledProcesses(processes);
        try
        {
            await stalled.SignalAsync("-STOP", cancel);
            return stalled;
        }
        catch
        {
            await stalled.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await SignalAsync("-CONT", CancellationToken.None);

    private Task<string> SignalAsync(string signal, CancellationToken cancel) => Tools.RequireAsync(
        ["kill", signal, .. _processes.Select(process => process.ToString(CultureInfo.InvariantCulture))], cancel);
}
