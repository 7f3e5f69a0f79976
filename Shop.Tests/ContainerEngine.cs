using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests;

/// <summary>Faults for servers that run as containers: a signal from outside is the engine's to give.</summary>
internal static class ContainerEngine
{
    private static readonly string Command = Environment.GetEnvironmentVariable("ASPIRE_CONTAINER_RUNTIME") ?? "docker";

    /// <summary>The container that runs a resource now; null when it is none.</summary>
    public static string? ContainerOf(ResourceEvent seen) => seen.Snapshot.State?.Text == KnownResourceStates.Running
        ? seen.Snapshot.Properties.FirstOrDefault(property => property.Name == "container.id")?.Value as string
        : null;

    public static Task KillAsync(string container) => RunAsync("kill", "--signal=KILL", container);

    public static async Task StallAsync(string container, Func<Task> meanwhile)
    {
        await RunAsync("pause", container);
        try
        {
            await meanwhile();
        }
        finally
        {
            await RunAsync("unpause", container);
        }
    }

    public static Task RemoveVolumeAsync(string volume) => RunAsync("volume", "rm", "--force", volume);

    public static async Task<int> ProcessOfAsync(string container) =>
        int.Parse(await RunAsync("inspect", "--format={{.State.Pid}}", container), CultureInfo.InvariantCulture);

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Command, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{Command} {string.Join(' ', arguments)}: {process.ExitCode}");
        return output.Trim();
    }
}
