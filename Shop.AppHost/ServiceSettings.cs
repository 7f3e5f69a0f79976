using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Shop.AppHost;

internal static class ServiceSettings
{
    /// <summary>
    /// Health, scale and settings of a service from the configuration of the app host, section Services:{name}:
    /// <c>--Services:orders:Replicas=3</c>, <c>--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:01</c>.
    /// </summary>
    /// <param name="service">The process.</param>
    /// <param name="names">Whose settings it gets: its own first, then those of modules that it runs.</param>
    public static IResourceBuilder<ProjectResource> WithServiceSettings(
        this IResourceBuilder<ProjectResource> service, params string[] names)
    {
        var configurations = Array.ConvertAll(
            names, name => service.ApplicationBuilder.Configuration.GetSection($"Services:{name}"));
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            // The dashboard ends together with the services, whose last telemetry would wait ten seconds for it.
            service.WithEnvironment("OTEL_EXPORTER_OTLP_TIMEOUT", "2000");
        }

        foreach (var (key, value) in configurations
            .SelectMany(configuration => configuration.GetSection("Settings").AsEnumerable(makePathsRelative: true)))
        {
            if (value is not null)
                service.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
        }

#pragma warning disable ASPIRECERTIFICATES001 // Marked experimental; plain HTTP needs no trusted certificate.
        service.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
        return service.WithHttpHealthCheck("/health/ready")
            .WithReplicas(configurations[0].GetValue("Replicas", 1))
            .StartedWithoutDotnetRun();
    }

    /// <summary>
    /// Starts the built program instead of <c>dotnet run</c>: that is a second process of 130 MB for each service,
    /// takes longer, and when it is killed the service goes on without a parent. An IDE that debugs and <c>dotnet
    /// watch</c> start projects in their own way.
    /// </summary>
    private static IResourceBuilder<ProjectResource> StartedWithoutDotnetRun(
        this IResourceBuilder<ProjectResource> service)
    {
        var configuration = service.ApplicationBuilder.Configuration;
        if (service.ApplicationBuilder.ExecutionContext.IsPublishMode
            || configuration["DEBUG_SESSION_PORT"] is not null
            || configuration.GetValue("DOTNET_WATCH", false))
            return service;

        var project = service.Resource.GetProjectMetadata().ProjectPath;
        var folder = Path.GetDirectoryName(project)!;
        var program = Path.Combine(
            folder,
            "bin",
            typeof(ServiceSettings).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration,
            new DirectoryInfo(AppContext.BaseDirectory).Name,
            Path.GetFileNameWithoutExtension(project) + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return File.Exists(program)
            ? service.WithAnnotation(new ExecutableAnnotation { Command = program, WorkingDirectory = folder })
            : service;
    }
}
