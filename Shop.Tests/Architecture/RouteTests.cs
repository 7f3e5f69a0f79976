using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Shop.Gateway;
using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;
using Shop.Users;

namespace Shop.Tests.Architecture;

/// <summary>The fallback policy denies what was forgotten; nothing should need it.</summary>
public class RouteTests
{
    private static readonly Dictionary<string, (
        Action<WebApplicationBuilder> Add, Action<WebApplication> Map)> Modules = new()
        {
            ["gateway"] = (builder => builder.AddGateway(), app => app.MapGateway()),
            ["orders"] = (builder => builder.AddOrders(), app => app.MapOrders()),
            ["payments"] = (builder => builder.AddPayments(), app => app.MapPayments()),
            ["shipping"] = (builder => builder.AddShipping(), app => app.MapShipping()),
            ["users"] = (builder => builder.AddUsers(), app => app.MapUsers()),
        };

    public static TheoryData<string> All => [.. Modules.Keys];

    [Theory, Trait("Checklist", "B9")]
    [MemberData(nameof(All))]
    public async Task Every_route_says_who_may_use_it(string service)
    {
        await using var app = Mapped(service);

        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).ToArray();

        Assert.True(endpoints.Length > 4, $"Only {endpoints.Length} routes.");
        Assert.Empty(endpoints
            .Where(
                endpoint =>
                    endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
                        && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(endpoint => endpoint.DisplayName));
    }

    /// <summary>A service with its routes. Nothing is started, so nothing is connected to.</summary>
    internal static WebApplication Mapped(string service)
    {
        var builder = WebApplication.CreateBuilder();
        foreach (var name in (string[])["usersdb", "ordersdb", "paymentsdb", "shippingdb"])
            builder.Configuration[$"ConnectionStrings:{name}"] = "Host=localhost";

        builder.Configuration["ConnectionStrings:redis"] = "localhost";
        builder.AddServiceDefaults();
        Modules[service].Add(builder);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        Modules[service].Map(app);
        return app;
    }
}
