namespace Shop.AppHost;

/// <summary>Where the dashboard's links lead: to pages that say something when a browser opens them.</summary>
internal static class ShopLinks
{
    /// <summary>The gateway is the shop itself.</summary>
    public static IResourceBuilder<ProjectResource> WithShopLinks(this IResourceBuilder<ProjectResource> gateway) =>
        gateway
            .WithUrlForEndpoint("http", url => url.DisplayText = "Shop")
            .WithUrlForEndpoint("http", _ => new() { Url = "/openapi/v1.json", DisplayText = "API" })
            .WithUrlForEndpoint("http", _ => new() { Url = "/health/ready", DisplayText = "Health" });

    /// <summary>A service answers nothing at its root: its API description and its health take that place.</summary>
    public static IResourceBuilder<ProjectResource> WithServiceLinks(this IResourceBuilder<ProjectResource> service) =>
        service
            .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ("/openapi/v1.json", "API"))
            .WithUrlForEndpoint("http", _ => new() { Url = "/health/ready", DisplayText = "Health" });
}
