namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Where in the configuration services are found.</summary>
public sealed class ConfigurationServiceEndpointProviderOptions
{
    /// <summary>The section that holds one subsection for each service; <c>Services</c> by default.</summary>
    public string SectionName { get; set; } = "Services";
}
