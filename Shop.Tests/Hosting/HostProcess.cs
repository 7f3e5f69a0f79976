using System.Collections.Concurrent;
using System.Diagnostics;

namespace Shop.Tests.Hosting;

/// <summary>A <see cref="SmallHost"/> as a process of its own, at home in a folder of its own.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly string _marker = $"SHOP_TESTS_HOST={Guid.CreateVersion7()}";
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private HostProcess(string home, string arguments, string? environment)
    {
        var marker = _marker.Split('=');
        var info = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet", [Path.Combine(AppContext.BaseDirectory, "Shop.AppHost.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                [marker[0]] = marker[1],
                [StartupHook.Variable] = StartupHook.Path,
                [StartupHook.ProgramVariable] = nameof(SmallHost),
                [SmallHost.ArgumentsVariable] = arguments,
                ["HOME"] = home,
                ["DOTNET_ENVIRONMENT"] = environment,
                // What has been downloaded once need not be again.
                ["XDG_CACHE_HOME"] = Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            },
        };
        _process = Process.Start(info)!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _lines);

    /// <summary>Starts a host and waits until it has said something.</summary>
    public static async Task<HostProcess> SayingAsync(string words, string home, string arguments = "", string? environment = null)
    {
        var host = new HostProcess(home, arguments, environment);
        try
        {
            await Eventually.Is(
                () => Task.FromResult(host.Output),
                output => host._process.HasExited || output.Contains(words, StringComparison.Ordinal),
                Patience, $"The host saying '{words}'");
            Assert.False(host._process.HasExited, host.Output);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public static Task<HostProcess> HealthyAsync(string home, string arguments = "", string? environment = null) =>
        SayingAsync("All resources are healthy", home, arguments, environment);

    public string ConnectionOf(string resource)
    {
        var start = $"connection {resource} ";
        return _lines.Single(line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..];
    }

    /// <summary>Ends the host by a signal and waits until nothing that it has started is left.</summary>
    public async Task EndAsync(string signal, TimeSpan within)
    {
        var family = Processes.DescendantsOf(_process.Id);
        await Processes.SignalAsync(_process.Id, signal);
        await Eventually.Is(
            () => Task.FromResult(string.Join("; ", Processes.MarkedWith(_marker).Concat(family.Where(Processes.Lives)).Distinct().Select(Processes.Describe))),
            left => left.Length == 0, within, $"The end of all processes after {signal}");
    }

    public async ValueTask DisposeAsync()
    {
        // Does nothing to a process that has just ended, which HasExited may not know yet.
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
