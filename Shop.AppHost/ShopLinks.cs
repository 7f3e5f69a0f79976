namespace Shop.AppHost;

/// <summary>The links in the dashboard, to pages that a browser can show.</summary>
internal static class ShopLinks
{
    /// <summary>The gateway is the shop itself.</summary>
    public static IResourceBuilder<ProjectResource> WithShopLinks(this IResourceBuilder<ProjectResource> gateway) =>
        gateway
            .WithUrlForEndpoint("http", url => url.DisplayText = "Shop")
            .WithUrlForEndpoint("http", _ => new() { Url = "/reference", DisplayText = "API" })
            .WithUrlForEndpoint("http", _ => new() { Url = "/health/ready", DisplayText = "Health" });

    /// <summary>A service has no page at its root, so the links are to its API description and its health.</summary>
    public static IResourceBuilder<ProjectResource> WithServiceLinks(this IResourceBuilder<ProjectResource> service) =>
        service
            .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ("/openapi/v1.json", "API"))
            .WithUrlForEndpoint("http", _ => new() { Url = "/health/ready", DisplayText = "Health" });
}
