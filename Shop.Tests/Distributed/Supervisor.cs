using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests.Distributed;

/// <summary>
/// Starts services again that have died by themselves, as an orchestrator in production does: DCP starts nothing again.
/// What ended with exit code 0, as after a stop command, stays stopped.
/// </summary>
/// <remarks>
/// It looks at how things are instead of waiting for the news of a death: a start that fails on a busy machine, or a
/// death during a start, is news only once.
/// </remarks>
internal sealed class Supervisor : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // A start that has succeeded is seen in the state a moment later.
    private const int LooksAfterStart = 50;

    private readonly CancellationTokenSource _end = new();
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceCommandService _commands;
    private readonly string[] _services;
    private readonly Task _watching;

    public Supervisor(DistributedApplication app)
    {
        _notifications = app.Services.GetRequiredService<ResourceNotificationService>();
        _commands = app.Services.GetRequiredService<ResourceCommandService>();
        var model = app.Services.GetRequiredService<DistributedApplicationModel>();
        _services = [.. model.Resources.OfType<ProjectResource>().Select(service => service.Name)];
        _watching = Task.WhenAll(_services.Select(KeepRunningAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    /// <summary>What is seen of each service now, for the message of a test that fails.</summary>
    public override string ToString() => string.Join(
        ", ", _services.Select(service => $"{service} {Seen(service)?.State?.Text} {Seen(service)?.ExitCode}".Trim()));

    private async Task KeepRunningAsync(string service)
    {
        try
        {
            while (true)
            {
                if (HasDied(service))
                {
                    await _commands.ExecuteCommandAsync(service, KnownResourceCommands.StartCommand, _end.Token);
                    for (var look = 0; look < LooksAfterStart && HasDied(service); look++)
                        await Task.Delay(Look, _end.Token);
                }

                await Task.Delay(Look, _end.Token);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The shop closes.
        }
    }

    private CustomResourceSnapshot? Seen(string service) =>
        _notifications.TryGetCurrentState(service, out var seen) ? seen.Snapshot : null;

    private bool HasDied(string service) => Seen(service) is { } seen
        && (seen.State?.Text == KnownResourceStates.FailedToStart
            || (KnownResourceStates.TerminalStates.Contains(seen.State?.Text) && seen.ExitCode is not (null or 0)));
}
