using System.Diagnostics;
using System.Text;

namespace Aspire.Hosting.Local;

/// <summary>
/// A child: in a session of its own (no Ctrl-C from the terminal), output captured line by line, ended with its parent
/// however that ends.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // A grandchild that outlives the child may hold the output open.
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly ProcessStart _start;
    private readonly bool _ownGroup;
    private readonly TaskCompletionSource _gone;
    private readonly Task _watched;
    private readonly Lock _stopping = new();
    private Task? _stop;

    private ChildProcess(Process process, ProcessStart start, bool ownGroup, TaskCompletionSource gone)
    {
        (_process, _start, _ownGroup, _gone) = (process, start, ownGroup, gone);
        Id = process.Id;
        _watched = OperatingSystem.IsWindows() ? Task.CompletedTask : ParentWatchdog.WatchAsync(DeathSignal, Target);
        Exited = FinishAsync();
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>
    /// The exit code (128 + signal after a signal). Completes once, after all output was delivered, and never
    /// fails.
    /// </summary>
    public Task<int> Exited { get; }

    private string DeathSignal => NameOfDeathSignal(_start);

    private int Target => _ownGroup ? -Id : Id;

    /// <summary>Starts a child.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="line">Receives each line of output, one at a time; true for standard error.</param>
    /// <param name="cancel">Gives up before the start; it does not end the child.</param>
    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such working directory.</exception>
    public static async Task<ChildProcess> StartAsync(
        ProcessStart start, Action<string, bool> line, CancellationToken cancel)
    {
        var program = Executables.Find(start.FileName)
            ?? throw new FileNotFoundException($"There is no program '{start.FileName}'.", start.FileName);
        if (start.WorkingDirectory is { } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}' to start '{start.FileName}' in.");

        var session = OperatingSystem.IsWindows() ? [] : await LaunchPrefix.OwnSessionAsync();
        string[] command =
        [
            .. session,
            .. start.Unprivileged ? await UnprivilegedAccount.PrefixAsync() : [],
            .. OperatingSystem.IsLinux() ? await LaunchPrefix.DeathSignalAsync(NameOfDeathSignal(start)) : [],
            program,
            .. start.Arguments,
        ];
        var process = new Process { StartInfo = Describe(start, command), EnableRaisingEvents = true };
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => gone.TrySetResult();
        Listen(process, line);
        cancel.ThrowIfCancellationRequested();

        await ChildSpawner.StartAsync(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (OperatingSystem.IsWindows()) WindowsJob.Add(process);

        var child = new ChildProcess(process, start, session.Length > 0, gone);
        await child._watched;
        await GiveInputAsync(process, start.Input);
        return child;
    }

    /// <summary>
    /// Asks the child to end, and kills its whole group when it does not within the time given. Can be called at
    /// any time and more than once.
    /// </summary>
    public Task StopAsync()
    {
        lock (_stopping) return _stop ??= EndAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static string NameOfDeathSignal(ProcessStart start) =>
        start.StopWith == PosixStop.Interrupt ? "INT" : "KILL";

    private static ProcessStartInfo Describe(ProcessStart start, string[] command)
    {
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = start.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in start.Environment)
        {
            if (value is null) info.Environment.Remove(name);
            else info.Environment[name] = value;
        }

        return info;
    }

    private static void Listen(Process process, Action<string, bool> line)
    {
        var oneAtATime = new Lock();
        process.OutputDataReceived += (_, output) => Deliver(output.Data, false);
        process.ErrorDataReceived += (_, output) => Deliver(output.Data, true);

        void Deliver(string? text, bool isError)
        {
            if (text is null) return;
            lock (oneAtATime) line(text, isError);
        }
    }

    private static async Task GiveInputAsync(Process process, string? input)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code tells why.
        }
    }

    private async Task EndAsync()
    {
        if (Exited.IsCompleted) return;

        // Only the leader: PostgreSQL's children would take the signal as an order of their own.
        var signal = _start.StopWith == PosixStop.Interrupt ? Posix.Interrupt : Posix.Terminate;
        if (OperatingSystem.IsWindows()) KillAll();
        else if (!_gone.Task.IsCompleted) Posix.Send(Id, signal);

        try
        {
            await Exited.WaitAsync(_start.StopTimeout);
        }
        catch (TimeoutException)
        {
            KillAll();
            await Exited;
        }
    }

    private async Task<int> FinishAsync()
    {
        await _watched;
        await _gone.Task;
        // What the leader left behind would hold ports, files and the output.
        if (_ownGroup) Posix.Send(Target, Posix.Kill);
        if (!OperatingSystem.IsWindows()) await ParentWatchdog.ForgetAsync(DeathSignal, Target);
        try
        {
            using var patience = new CancellationTokenSource(LastOutput);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // Some stranger still holds the output; all that the child wrote has been read.
        }

        return _process.ExitCode;
    }

    private void KillAll()
    {
        if (_ownGroup)
        {
            Posix.Send(Target, Posix.Kill);
            return;
        }

        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
