namespace Shop.AppHost;

/// <summary>The links in the dashboard, to pages that a browser can show, and from these to the dashboard.</summary>
internal static class ShopLinks
{
    /// <summary>The gateway is the shop itself.</summary>
    public static IResourceBuilder<ProjectResource> WithShopLinks(this IResourceBuilder<ProjectResource> gateway) =>
        gateway
            .WithUrlForEndpoint("http", url => url.DisplayText = "Shop")
            .WithUrlForEndpoint("http", _ => new() { Url = "/reference", DisplayText = "API" })
            .WithUrlForEndpoint("http", _ => new() { Url = "/health/ready", DisplayText = "Health" })
            .WithTraceAddress();

    /// <summary>A service has no page at its root, so the links are to its API description and its health.</summary>
    public static IResourceBuilder<ProjectResource> WithServiceLinks(this IResourceBuilder<ProjectResource> service) =>
        service
            .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ("/openapi/v1.json", "API"))
            .WithUrlForEndpoint("http", _ => new() { Url = "/health/ready", DisplayText = "Health" });

    /// <summary>The dashboard shows the traces; in Production they are wherever the collector sends them.</summary>
    private static IResourceBuilder<ProjectResource> WithTraceAddress(this IResourceBuilder<ProjectResource> gateway)
    {
        // As Aspire's own start-up messages have it: the dashboard listens at the address of the app host.
        var dashboard = gateway.ApplicationBuilder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0];
        return gateway.ApplicationBuilder.ExecutionContext.IsRunMode && dashboard is not null
            ? gateway.WithEnvironment("Traces__Address", $"{dashboard}/traces/detail/")
            : gateway;
    }
}
