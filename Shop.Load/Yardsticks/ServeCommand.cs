using System.ComponentModel;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Spectre.Console.Cli;
using Yarp.ReverseProxy.Configuration;

namespace Shop.Load;

/// <summary>
/// The least that ASP.NET Core and YARP can do, as processes of their own: what the shop is measured by.
/// </summary>
internal sealed class ServeCommand : AsyncCommand<ServeCommand.Settings>
{
    internal sealed class Settings : CommandSettings
    {
        [CommandOption("--port")]
        [Description("Where to listen.")]
        public int Port { get; init; }

        [CommandOption("--to")]
        [Description("Where to pass requests on to; without it, they are answered here.")]
        public string? To { get; init; }
    }

    /// <summary>Starts one as a process; it ends with the returned object.</summary>
    public static async Task<RunningYardstick> StartAsync(Uri? to, CancellationToken cancel)
    {
        var address = new Uri(FreePort.Address(FreePort.Next()));
        string[] arguments =
        [
            "serve", "--port", $"{address.Port}", .. to is null ? (string[])[] : ["--to", to.OriginalString],
        ];
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("No yardstick was started.");
        var running = new RunningYardstick(process, address);
        // It says one line when it listens.
        await process.StandardOutput.ReadLineAsync(cancel);
        return running;
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(FreePort.Address(settings.Port));
        if (settings.To is { } to)
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
        }

        await using var app = builder.Build();
        if (settings.To is null)
            app.MapGet("/", () => Results.Text("hello"));
        else
            app.MapReverseProxy();

        await app.StartAsync(cancellationToken);
        Console.WriteLine("listening");
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}

/// <summary>A yardstick that runs as a process.</summary>
internal sealed class RunningYardstick(Process process, Uri address) : IDisposable
{
    public Uri Address => address;

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
