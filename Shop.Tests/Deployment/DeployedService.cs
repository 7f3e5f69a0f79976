using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;
using Shop.Users;

namespace Shop.Tests.Deployment;

/// <summary>A service in this process with the settings of a deployment.</summary>
internal sealed class DeployedService : IAsyncDisposable
{
    private static readonly Dictionary<string, (
        Action<WebApplicationBuilder> Add, Action<WebApplication> Map)> Modules = new()
        {
            ["orders"] = (builder => builder.AddOrders(), app => app.MapOrders()),
            ["payments"] = (builder => builder.AddPayments(), app => app.MapPayments()),
            ["shipping"] = (builder => builder.AddShipping(), app => app.MapShipping()),
            ["users"] = (builder => builder.AddUsers(), app => app.MapUsers()),
        };

    private readonly WebApplication _app;

    private DeployedService(WebApplication app)
    {
        _app = app;
        Http = Clients.WithOwnConnectionsTo(new(app.Urls.Single()));
    }

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    /// <summary>The service with its routes. Nothing is started, so nothing is connected to.</summary>
    public static WebApplication Build(string service, Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["ConnectionStrings:redis"] = "127.0.0.1:1";
        builder.Configuration["Shutdown:Grace"] = "00:00:00";
        configure(builder);
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        Modules[service].Add(builder);
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDefaultEndpoints();
        Modules[service].Map(app);
        return app;
    }

    /// <summary>Starts a service that may not migrate.</summary>
    public static async Task<DeployedService> StartAsync(
        string service, string connection, Action<WebApplicationBuilder>? configure = null)
    {
        var app = Build(
            service,
            builder =>
            {
                builder.Configuration[$"ConnectionStrings:{service}db"] = connection;
                builder.Configuration["Database:Migrate"] = "false";
                configure?.Invoke(builder);
            });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await Http.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    public Task BecomesReadyAsync() =>
        Eventually.Equals(HttpStatusCode.OK, () => StatusAsync("/health/ready"), what: "Readiness");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
