using Shop.Gateway.Limits;
using Shop.Gateway.Storefront;
using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>The only external endpoint. Every path that reaches a service is in this table.</summary>
internal static class GatewayModule
{
    private static readonly string[] Services = ["users", "orders", "payments", "shipping"];

    private static readonly RouteConfig[] Routes =
    [
        Route("users", "/.well-known/{**rest}", Access.Anybody, "GET"),
        Route("users", "/api/users", Access.Anybody, "POST").Limited(RateLimits.Session),
        Route("users", "/api/users/session/{**rest}", Access.Anybody, "POST", "DELETE").Limited(RateLimits.Session),
        Route("users", "/api/users/{**rest}", Access.SignedIn),
        Route("orders", "/api/products/{**rest}", Access.Anybody, "GET").Cached(CatalogueCache.Policy),
        Route("orders", "/api/products/{**rest}", Access.SignedIn, "POST", "PUT", "PATCH", "DELETE"),
        Route("orders", "/api/orders/{**rest}", Access.SignedIn),
        Route("orders", "/api/cart", Access.Anybody, "GET", "DELETE"),
        Route("orders", "/api/cart", Access.Anybody, "PUT").Limited(RateLimits.Cart),
        Route("payments", "/api/payments/{**rest}", Access.SignedIn),
        Route("shipping", "/api/shipping/rates", Access.Anybody, "GET"),
        Route("shipping", "/api/shipping/quotes", Access.Anybody, "POST"),
        Route("shipping", "/api/shipping/{**rest}", Access.SignedIn),
    ];

    private enum Access
    {
        Anybody,
        SignedIn,
    }

    public static void AddGateway(this IHostApplicationBuilder builder)
    {
        builder.Services.AddReverseProxy()
            .LoadFromMemory(Routes, [.. Services.Select(Cluster)])
            .AddTransforms(CallerTransform.Add)
            .AddServiceDiscoveryDestinationResolver();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ServiceConnections>();
        builder.Services.AddCatalogueCache();
        builder.Services.AddSingleton<StorefrontFiles>();
        builder.Services.AddSingleton<OverviewCache>();
        builder.AddDevelopmentCommands();
        foreach (var service in OrderOverview.Sources)
            builder.AddServiceClient(OrderOverview.ClientOf(service), service).ForwardCallerToken();
    }

    public static void MapGateway(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/orders/{id:guid}/overview", OrderOverview.Handle)
            .WithSummary("An order with its payment and its shipment, composed in one answer")
            .WithTags("Orders")
            .RequireAuthorization(Policies.Customer);
        app.MapGet("/api/traces", GetTraceAddress.Handle)
            .WithSummary("Where the traces of requests are shown")
            .WithTags("Events")
            .RequireAuthorization(Policies.Operator);
        app.MapDevelopmentCommands();
        app.MapStorefront();
        app.MapApiReference();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<ForwardingErrors>();
            proxy.UseLoadBalancing();
        });
    }

    private static RouteConfig Route(string service, string path, Access access, params string[] methods) => new()
    {
        RouteId = string.Join(' ', [service, path, .. methods]),
        ClusterId = service,
        Match = new() { Path = path, Methods = methods.Length > 0 ? methods : null },
        AuthorizationPolicy = access == Access.Anybody ? "anonymous" : Policies.Customer,
    };

    private static RouteConfig Cached(this RouteConfig route, string policy) =>
        route with { OutputCachePolicy = policy };

    private static ClusterConfig Cluster(string service) => new()
    {
        ClusterId = service,
        Destinations = new Dictionary<string, DestinationConfig>
        {
            [service] = new() { Address = $"https+http://{service}" },
        },
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(30) },
    };
}
