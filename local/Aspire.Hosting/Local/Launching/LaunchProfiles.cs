using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local;

/// <summary>Reads the launch settings of projects.</summary>
internal static class LaunchProfiles
{
    private static readonly JsonSerializerOptions Lenient = new()
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The profile asked for; else the app host's own if the project has it; else the project's first.</summary>
    /// <exception cref="DistributedApplicationException">The profile asked for is not there, or the file can't be read.</exception>
    public static (string Name, LaunchProfile Profile)? Choose(ProjectResource project, IConfiguration configuration)
    {
        if (project.Annotations.OfType<ExcludeLaunchProfileAnnotation>().Any()) return null;

        var metadata = project.Annotations.OfType<IProjectMetadata>().Single();
        var profiles = (metadata.LaunchSettings ?? Read(Path.GetDirectoryName(metadata.ProjectPath)!))?.Profiles ?? [];
        if (project.Annotations.OfType<LaunchProfileAnnotation>().LastOrDefault()?.LaunchProfileName is { } chosen)
        {
            return profiles.TryGetValue(chosen, out var found)
                ? (chosen, found)
                : throw new DistributedApplicationException($"The project of '{project.Name}' has no launch profile '{chosen}'.");
        }

        var usual = configuration["AppHost:DefaultLaunchProfileName"] ?? configuration["DOTNET_LAUNCH_PROFILE"];
        if (usual is not null && profiles.TryGetValue(usual, out var same) && IsProject(same)) return (usual, same);

        return profiles.Where(profile => IsProject(profile.Value)).Select(profile => ((string, LaunchProfile)?)(profile.Key, profile.Value)).FirstOrDefault();
    }

    public static LaunchSettings? Read(string projectDirectory)
    {
        var file = Path.Combine(projectDirectory, "Properties", "launchSettings.json");
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(file), Lenient);
        }
        catch (JsonException broken)
        {
            throw new DistributedApplicationException($"'{file}' is not valid: {broken.Message}", broken);
        }
    }

    private static bool IsProject(LaunchProfile profile) =>
        string.Equals(profile.CommandName, "Project", StringComparison.OrdinalIgnoreCase);
}
