using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Spectre.Console.Cli;
using Yarp.ReverseProxy.Configuration;

namespace Shop.Load;

/// <summary>
/// The least that ASP.NET Core and YARP can do, as processes of their own: what the shop is measured by.
/// </summary>
internal sealed class ServeCommand : AsyncCommand<ServeCommand.Settings>
{
    /// <summary>The environment's variable with the connection string of ordersdb.</summary>
    public const string OrdersVariable = "YARDSTICK_ORDERSDB";

    internal sealed class Settings : CommandSettings
    {
        [CommandOption("--at")]
        [Description("Where to listen.")]
        public required string At { get; init; }

        [CommandOption("--to")]
        [Description("Where to pass requests on to; without it, they are answered here.")]
        public string? To { get; init; }
    }

    /// <summary>Bare Kestrel; it ends with the returned object.</summary>
    /// <param name="orders">The connection string of ordersdb, with the yardsticks' tables to place orders in.</param>
    /// <param name="cancel">Cancels the start.</param>
    public static Task<RunningYardstick> StartBareAsync(string orders, CancellationToken cancel) =>
        StartAsync([], new() { [OrdersVariable] = orders }, cancel);

    /// <summary>Takes telemetry by OTLP and forgets it; it ends with the returned object.</summary>
    public static Task<RunningYardstick> StartTelemetrySinkAsync(CancellationToken cancel) =>
        StartAsync([], [], cancel);

    /// <summary>Bare YARP; it ends with the returned object.</summary>
    public static Task<RunningYardstick> StartProxyAsync(Uri to, CancellationToken cancel) =>
        StartAsync(["--to", to.OriginalString], [], cancel);

    private static Task<RunningYardstick> StartAsync(
        string[] arguments, Dictionary<string, string?> environment, CancellationToken cancel) =>
        RunningYardstick.StartAsync(
            Environment.ProcessPath!, address => ["serve", "--at", address.OriginalString, .. arguments], environment,
            cancel);

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(settings.At);
        await using var app = settings.To is { } to ? Proxy(builder, to) : Bare(builder);
        await app.StartAsync(cancellationToken);
        Console.WriteLine(RunningYardstick.Listening);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static WebApplication Proxy(WebApplicationBuilder builder, string to)
    {
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "one", Match = new() { Path = "{**rest}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "one",
                    Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = to } },
                },
            ]);
        var app = builder.Build();
        app.MapReverseProxy();
        return app;
    }

    private static WebApplication Bare(WebApplicationBuilder builder)
    {
        builder.Services.AddDbContextPool<BareDb>(options =>
            options.UseNpgsql(builder.Configuration[OrdersVariable]));
        var app = builder.Build();
        app.MapGet("/", () => Results.Text("hello"));
        app.MapPost("/v1/{signal}", async (HttpRequest request, CancellationToken cancel) =>
        {
            await request.Body.CopyToAsync(Stream.Null, cancel);
            // An empty message says that all was taken.
            return Results.Bytes([], "application/x-protobuf");
        });
        if (app.Configuration[OrdersVariable] is { } connection)
        {
            var orders = new PlaceOrderBatch(NpgsqlDataSource.Create($"{connection};Max Auto Prepare=20"));
            app.MapGet("/products/{number:int}", (int number, BareDb db, CancellationToken cancel) =>
                db.FindAsync(number, cancel));
            app.MapPost("/orders", async (CancellationToken cancel) =>
            {
                await orders.ExecuteAsync(cancel);
                return Results.Ok();
            });
        }

        return app;
    }
}
