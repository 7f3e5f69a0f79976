using System.Reflection;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing.Local;

/// <summary>The settings of a test: those of the app host's first launch profile, free ports and no dashboard.</summary>
internal static class TestDefaults
{
    public static void Apply(Assembly appHost, HostApplicationBuilderSettings settings)
    {
        var project = new AppHostProject(appHost, null);
        var profile = LaunchProfiles.Read(project.Directory)?.Profiles.Values.FirstOrDefault()?.EnvironmentVariables ?? [];
        var defaults = profile.ToDictionary(variable => variable.Key.Replace("__", ":", StringComparison.Ordinal), variable => (string?)variable.Value);
        defaults[HostServices.RandomizePorts] = "true";
        defaults["DcpPublisher:WaitForResourceCleanup"] = "true";
        defaults["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true";

        settings.EnvironmentName ??= profile.GetValueOrDefault("DOTNET_ENVIRONMENT")
            ?? profile.GetValueOrDefault("ASPNETCORE_ENVIRONMENT")
            ?? Environments.Development;
        settings.ContentRootPath ??= project.Directory;
        settings.Configuration ??= new ConfigurationManager();
        settings.Configuration.AddInMemoryCollection(defaults);
    }
}
