using System.Text;

namespace Aspire.Hosting.Local;

/// <summary>What a tool answered.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">All it wrote, standard error included.</param>
internal sealed record ToolResult(int ExitCode, string Output);

/// <summary>Runs a short-lived program to its end.</summary>
internal static class Tool
{
    /// <summary>Runs a program and collects its output.</summary>
    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the program has been ended.</exception>
    public static async Task<ToolResult> RunAsync(ProcessStart start, CancellationToken cancel)
    {
        var output = new StringBuilder();
        await using var child = await ChildProcess.StartAsync(start, (text, _) => output.AppendLine(text), cancel);
        var exitCode = await child.Exited.WaitAsync(cancel);
        return new ToolResult(exitCode, output.ToString().Trim());
    }
}
