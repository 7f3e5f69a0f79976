using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Deployment;

/// <summary>The real Bicep compiler, on the files of infra/. It needs no network and no account.</summary>
internal static class Bicep
{
    private const string Nobody = "00000000-0000-0000-0000-000000000000";

    private static readonly ConcurrentDictionary<string, Lazy<Task<DeploymentSnapshot>>> Snapshots = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string Infra => Path.Combine(Repository.Root, "infra");

    private static string Program
    {
        get
        {
            var program = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .SingleOrDefault(attribute => attribute.Key == "Bicep")?.Value;
            Assert.SkipWhen(program is null, "The Bicep compiler comes with the tests on Linux (x64) only.");
            return program!;
        }
    }

    /// <summary>What the linter has to say of each file; nothing, if all is well.</summary>
    public static async Task<string[][]> LintAsync()
    {
        var pattern = Path.Combine(Infra, "**", "*.bicep*");
        var output = (await RunAsync("lint", "--pattern", pattern, "--diagnostics-format", "sarif")).Output;
        return [.. Reports(Encoding.UTF8.GetBytes(output))];
    }

    // One SARIF document after the other.
    private static List<string[]> Reports(ReadOnlySpan<byte> output)
    {
        List<string[]> reports = [];
        var reader = new Utf8JsonReader(output, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            var results = JsonNode.Parse(ref reader)!["runs"]!.AsArray().SelectMany(run => run!["results"]!.AsArray());
            reports.Add(
            [
                .. results.Select(result =>
                    $"{result!["ruleId"]}: {result["message"]!["text"]} {result["locations"]?.ToJsonString()}"),
            ]);
        }

        return reports;
    }

    /// <summary>The parameters of a stage, as a deployment would send them.</summary>
    public static async Task<JsonNode> ParametersAsync(string stage)
    {
        var result = await RunAsync("build-params", Path.Combine(Infra, $"{stage}.bicepparam"), "--stdout");
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonNode.Parse((string)JsonNode.Parse(result.Output)!["parametersJson"]!)!;
    }

    /// <summary>
    /// What a deployment of a stage would create, as far as it can be known without one. It takes seconds, so all tests
    /// share it.
    /// </summary>
    /// <param name="stage">The stage.</param>
    /// <param name="environment">What deploy.sh says of the step.</param>
    public static Task<DeploymentSnapshot> SnapshotAsync(
        string stage, params (string Name, string Value)[] environment) =>
        Snapshots.GetOrAdd(
            $"{stage} {string.Join(' ', environment)}",
            _ => new(() => SnapshotAsync(stage, Infra, environment))).Value;

    /// <summary>The same of a copy of infra/ in another folder.</summary>
    public static async Task<DeploymentSnapshot> SnapshotAsync(
        string stage, string folder, (string Name, string Value)[] environment)
    {
        // The snapshot is written beside the parameters, so those are copied; nothing is left in the sources.
        var work = Directory.CreateTempSubdirectory("shop-bicep").FullName;
        try
        {
            Copy(folder, work);
            var result = await RunAsync(
                [
                    "snapshot", Path.Combine(work, $"{stage}.bicepparam"), "--mode", "overwrite",
                    "--subscription-id", Nobody, "--tenant-id", Nobody, "--resource-group", $"shop-{stage}",
                    "--location", "westeurope",
                ],
                environment);
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            return new(JsonNode.Parse(
                await File.ReadAllTextAsync(Path.Combine(work, $"{stage}.snapshot.json"), Cancel))!);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    private static async Task<CommandResult> RunAsync(
        string[] arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" },
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return new(process.ExitCode, await output, await error);
    }
}
