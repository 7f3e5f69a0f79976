using System.Diagnostics;
using System.Globalization;
using Shop.Hosting.Native;

namespace Shop.Load;

/// <summary>A yardstick that runs as a process.</summary>
internal sealed class RunningYardstick(Process process, Uri address) : IDisposable
{
    public const string Listening = "listening";

    public Uri Address => address;

    /// <summary>An address of this machine where nobody listens.</summary>
    public static Uri FreeAddress() =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));

    /// <summary>Starts a program that says <see cref="Listening"/> on a line of its own when it does.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Tell it where to listen.</param>
    /// <param name="environment">For what is not for arguments, which everybody on the machine can read.</param>
    /// <param name="cancel">Cancels the start.</param>
    public static async Task<RunningYardstick> StartAsync(
        string program,
        Func<Uri, string[]> arguments,
        Dictionary<string, string?> environment,
        CancellationToken cancel)
    {
        var address = FreeAddress();
        var start = new ProcessStartInfo(program, arguments(address)) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var running = new RunningYardstick(process, address);
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (line != Listening)
                continue;

            // A program whose output nobody takes stops at some point.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return running;
        }

        running.Dispose();
        throw new InvalidOperationException($"{program} ended before it listened.");
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
