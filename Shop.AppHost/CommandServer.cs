using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.AppHost;

/// <summary>
/// Carries out the allowed commands for whoever knows the key, on the loopback only. It takes any free port: unlike
/// that of a process that starts later, nobody can take it before it listens.
/// </summary>
internal sealed class CommandServer(IServiceProvider services, (string Resource, string Command)[] allowed)
    : IAsyncDisposable
{
    public const string KeyHeader = "X-Command-Key";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly ResourceNotificationService _resources =
        services.GetRequiredService<ResourceNotificationService>();

    private readonly ResourceCommandService _commands = services.GetRequiredService<ResourceCommandService>();
    private WebApplication? _app;

    public string Address => _app?.Urls.Single() ?? throw new InvalidOperationException("It was not started.");

    public string Key { get; } = RandomNumberGenerator.GetHexString(64);

    public async Task StartAsync(CancellationToken cancel)
    {
        // Empty, because the settings of this process are those of the dashboard: it has its address from there.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Use((context, next) => KnowsKey(context.Request) ? next(context) : RefuseAsync(context.Response));
        _app.MapGet("/", ListAsync);
        _app.MapPost("/{resource}/{command}", ExecuteAsync);
        await _app.StartAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private static Task RefuseAsync(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static string TitleOf(string resource) => char.ToUpperInvariant(resource[0]) + resource[1..];

    private bool KnowsKey(HttpRequest request) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(request.Headers[KeyHeader].ToString()), Encoding.UTF8.GetBytes(Key));

    private async Task<IResult> ListAsync(CancellationToken cancel)
    {
        List<object> items = [];
        foreach (var (resource, command) in allowed)
        {
            var seen = await _resources.WaitForResourceAsync(resource, _ => true, cancel);
            var state = seen.Snapshot.Commands.FirstOrDefault(known => known.Name == command)?.State;
            items.Add(new { resource, command, enabled = state == ResourceCommandState.Enabled });
        }

        return Results.Json(new { items });
    }

    private async Task<IResult> ExecuteAsync(string resource, string command, CancellationToken cancel)
    {
        if (!allowed.Contains((resource, command)))
            return Results.NotFound();

        var model = services.GetRequiredService<DistributedApplicationModel>();
        var result = await _commands.ExecuteCommandAsync(
            model.Resources.Single(known => known.Name == resource), command, cancel);
        if (!result.Success)
            return Results.Json(new { message = result.Message }, statusCode: StatusCodes.Status409Conflict);

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(Timeout);
        try
        {
            return Results.Json(new { message = await EndAsync(resource, command, timeout.Token) ?? result.Message });
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var message = $"{TitleOf(resource)} takes longer than {Timeout.TotalSeconds:0} s.";
            return Results.Json(new { message }, statusCode: StatusCodes.Status409Conflict);
        }
    }

    /// <summary>Starting and stopping have only begun when Aspire answers.</summary>
    private async Task<string?> EndAsync(string resource, string command, CancellationToken cancel)
    {
        if (command == KnownResourceCommands.StopCommand)
        {
            await _resources.WaitForResourceAsync(resource, KnownResourceStates.TerminalStates, cancel);
            return $"{TitleOf(resource)} has stopped.";
        }

        if (command == KnownResourceCommands.StartCommand)
        {
            await _resources.WaitForResourceHealthyAsync(resource, WaitBehavior.WaitOnResourceUnavailable, cancel);
            return $"{TitleOf(resource)} has started.";
        }

        return null;
    }
}
