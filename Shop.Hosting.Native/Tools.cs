using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Shop.Hosting.Native;

/// <summary>What a program answered.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">All that it wrote, standard error included.</param>
internal sealed record ToolResult(int ExitCode, string Output);

/// <summary>Finds programs of this machine, and runs short-lived ones to their end.</summary>
internal static class Tools
{
    /// <summary>The first program of this name in the given folders.</summary>
    public static string? Find(string name, IEnumerable<string> folders) => FindAll(name, folders).FirstOrDefault();

    /// <summary>
    /// Every program of this name in the given folders. A pattern such as <c>/opt/*/bin</c> stands for one level,
    /// highest version first.
    /// </summary>
    public static IEnumerable<string> FindAll(string name, IEnumerable<string> folders) =>
        folders.SelectMany(Expand).Select(folder => Path.Combine(folder, FileName(name)))
            .Where(IsExecutable).Distinct();

    /// <summary>The file name of a program on this system.</summary>
    public static string FileName(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    /// <summary>Whether there is a program at this path.</summary>
    public static bool IsExecutable(string path)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (!File.Exists(path)) return false;

        // A link exists even when what it leads to was uninstalled.
        var program = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return File.Exists(program)
            && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(program) & Execute) != 0);
    }

    /// <summary>Runs a program. A cancelled one is ended.</summary>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static async Task<ToolResult> RunAsync(
        IReadOnlyList<string> command,
        CancellationToken cancel,
        string? input = null,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading. Its exit code and its output say why.
            }

            await process.WaitForExitAsync(cancel);
            return new(process.ExitCode, (await output + await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs a program that must succeed, and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public static async Task<string> RequireAsync(
        IReadOnlyList<string> command,
        CancellationToken cancel,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var result = await RunAsync(command, cancel, workingDirectory: workingDirectory, environment: environment);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException(
                $"{string.Join(' ', command)} failed with exit code {result.ExitCode}: {result.Output}");
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return [pattern];

        var parent = Path.GetDirectoryName(pattern[..(star + 1)])!;
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, Path.GetFileName(pattern[..(star + 1)]))
                .OrderByDescending(Version)
                .Select(folder => folder + pattern[(star + 1)..])
            : [];
    }

    // /usr/lib/postgresql/15, /opt/homebrew/opt/postgresql@18, /usr/pgsql-9.6
    private static decimal Version(string folder)
    {
        var digits = Path.GetFileName(folder).SkipWhile(c => !char.IsAsciiDigit(c));
        return decimal.TryParse(string.Concat(digits), CultureInfo.InvariantCulture, out var version) ? version : 0;
    }
}
