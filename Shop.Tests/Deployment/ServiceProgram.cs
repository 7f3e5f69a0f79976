using System.Diagnostics;

namespace Shop.Tests.Deployment;

/// <summary>The built program of a service, run as a process of its own.</summary>
internal sealed record ServiceProgram(string Assembly)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static ServiceProgram Of(string project) => new(Path.Combine(
        AppContext.BaseDirectory.Replace("Shop.Tests", project, StringComparison.Ordinal), $"{project}.dll"));

    public async Task<CommandResult> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return new(process.ExitCode, await output, await error);
    }

    public Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Assembly),
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        return Process.Start(start)!;
    }
}
