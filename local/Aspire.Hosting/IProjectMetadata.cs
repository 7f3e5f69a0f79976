using System.Text.Json.Serialization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Where a project is. The build makes one class of this kind for every project that the app host refers to.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>The full path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>The launch settings, when they are not in the project's folder.</summary>
    LaunchSettings? LaunchSettings => null;

    /// <summary>Whether it is built with the app host.</summary>
    bool SuppressBuild => false;
}

/// <summary>A resource that others find by its name.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>What a project's <c>launchSettings.json</c> says.</summary>
public sealed class LaunchSettings
{
    /// <summary>The profiles by name.</summary>
    [JsonPropertyName("profiles")]
    public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];
}

/// <summary>One way to launch a project.</summary>
public sealed class LaunchProfile
{
    /// <summary><c>Project</c>, or something that this host leaves alone.</summary>
    [JsonPropertyName("commandName")]
    public string? CommandName { get; set; }

    /// <summary>Arguments, as they would be typed.</summary>
    [JsonPropertyName("commandLineArgs")]
    public string? CommandLineArgs { get; set; }

    /// <summary>The addresses, separated by semicolons.</summary>
    [JsonPropertyName("applicationUrl")]
    public string? ApplicationUrl { get; set; }

    /// <summary>The environment.</summary>
    [JsonPropertyName("environmentVariables")]
    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
}
