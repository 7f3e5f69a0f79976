using Microsoft.Extensions.Configuration;

namespace Shop.AppHost;

internal static class ServiceSettings
{
    /// <summary>
    /// Health, scale and settings of a service from the configuration of the app host, section Services:{name}:
    /// <c>--Services:orders:Replicas=3</c>, <c>--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:01</c>.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithServiceSettings(this IResourceBuilder<ProjectResource> service)
    {
        var configuration = service.ApplicationBuilder.Configuration.GetSection($"Services:{service.Resource.Name}");
        foreach (var (key, value) in configuration.GetSection("Settings").AsEnumerable(makePathsRelative: true))
        {
            if (value is not null)
                service.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
        }

#pragma warning disable ASPIRECERTIFICATES001 // Experimental in name; says that plain HTTP needs no trusted certificate.
        service.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
        return service.WithHttpHealthCheck("/health/ready").WithReplicas(configuration.GetValue("Replicas", 1));
    }
}
