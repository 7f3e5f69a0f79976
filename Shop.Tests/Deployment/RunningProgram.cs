using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Shop.Tests.Deployment;

/// <summary>The built program of a service, serving on a free port until it gets the signal to end.</summary>
internal sealed partial class RunningProgram : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Process _process;

    private RunningProgram(Process process) => _process = process;

    public HttpClient Http { get; private set; } = Clients.To("http://127.0.0.1");

    public string Log => string.Join('\n', _log);

    public static async Task<RunningProgram> StartAsync(
        string project, params (string Name, string Value)[] environment)
    {
        var running = new RunningProgram(ServiceProgram.Of(project).Start(
            [],
            [
                ("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("Shutdown__Grace", "00:00:00"),
                ("Logging__LogLevel__Microsoft.Hosting.Lifetime", "Information"), .. environment,
            ]));
        running._process.OutputDataReceived += (_, line) => running._log.Enqueue(line.Data ?? "");
        running._process.ErrorDataReceived += (_, line) => running._log.Enqueue(line.Data ?? "");
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        var address = await Eventually.Is(
            () => Task.FromResult(Listening().Match(running.Log)), match => match.Success, what: "The address");
        running.Http = Clients.WithOwnConnectionsTo(new(address.Groups[1].Value));
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            await Processes.SignalAsync(_process.Id, "TERM");
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
