using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Says how a replica is started. Called before every start.</summary>
internal sealed class Launcher(
    ResourceEnvironment environment, PublicEndpoints endpoints, LocalFolders folders, AppHostProject appHost, ResourceLoggerService consoles, IServiceProvider services)
{
    // A little less than what platforms give: who ends well there is not killed here.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);

    /// <summary>Whether this host knows how to start such a resource.</summary>
    public static bool CanLaunch(IResource resource) =>
        resource is ProjectResource or ExecutableResource || resource.Annotations.OfType<NativeServerAnnotation>().Any();

    public async Task<ProcessStart> PrepareAsync(IResource resource, string replica, Action<string> progress, CancellationToken cancel)
    {
        endpoints.Open(resource, replica);
        if (resource.Annotations.OfType<NativeServerAnnotation>().LastOrDefault() is { } native)
            return await native.Prepare(ContextOf(resource, replica, progress), cancel);

        var variables = await environment.VariablesAsync(resource, replica, cancel);
        var arguments = await environment.ArgumentsAsync(resource, cancel);
        return resource is ExecutableResource executable
            ? new ProcessStart(executable.Command, arguments) { Environment = variables, WorkingDirectory = executable.WorkingDirectory, StopTimeout = StopTimeout }
            : StartOf((ProjectResource)resource, variables, arguments);
    }

    private NativeServerContext ContextOf(IResource resource, string replica, Action<string> progress) => new()
    {
        Resource = resource,
        Port = endpoints.PortOf(resource, replica, resource.Annotations.OfType<EndpointAnnotation>().First()),
        DataDirectory = folders.DataOf(resource),
        KeepsData = folders.Keeps(resource),
        Log = consoles.GetLogger(resource),
        Services = services,
        Progress = progress,
    };

    private ProcessStart StartOf(ProjectResource project, Dictionary<string, string?> variables, IReadOnlyList<string> arguments)
    {
        var metadata = project.Annotations.OfType<IProjectMetadata>().Single();
        var binary = FindBinary(metadata)
            ?? throw new DistributedApplicationException($"The build did not say where the binary of '{metadata.ProjectPath}' is. Build the app host again.");
        if (!File.Exists(binary))
            throw new DistributedApplicationException($"The binary of '{project.Name}' is not there: {binary}. Build the app host again.");

        // The binary itself rather than `dotnet`, so that people find it in the list of processes by its name.
        var apphost = Path.ChangeExtension(binary, OperatingSystem.IsWindows() ? ".exe" : null);
        var (program, first) = File.Exists(apphost) ? (apphost, Array.Empty<string>()) : (DotnetHost.Program, [binary]);
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null) variables.TryAdd("DOTNET_ROOT", DotnetHost.Root);
        return new ProcessStart(program, [.. first, .. arguments])
        {
            Environment = variables,
            WorkingDirectory = Path.GetDirectoryName(metadata.ProjectPath),
            StopTimeout = StopTimeout,
        };
    }

    private string? FindBinary(IProjectMetadata project) =>
        AppHostProject.BinaryOf(project.GetType().Assembly, project.ProjectPath)
        ?? (appHost.Assembly is { } assembly ? AppHostProject.BinaryOf(assembly, project.ProjectPath) : null);
}

/// <summary>The .NET that this host runs on, which is the one that its projects run on.</summary>
internal static class DotnetHost
{
    public static string Root { get; } = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    public static string Program { get; } = Path.Combine(Root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
}

internal static class Endings
{
    /// <summary>An exit code in words.</summary>
    public static string Describe(int exitCode) => exitCode > 128 && !OperatingSystem.IsWindows()
        ? $"was ended by signal {exitCode - 128}"
        : string.Create(CultureInfo.InvariantCulture, $"exited with code {exitCode}");
}
