using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests.Distributed;

/// <summary>
/// Starts services again that have died by themselves, as an orchestrator in production does: DCP starts nothing again.
/// What ended with exit code 0, as after a stop command, stays stopped.
/// </summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, Task> _starts = new();
    private readonly Task _watching;

    public Supervisor(DistributedApplication app) => _watching = WatchAsync(
        app.Services.GetRequiredService<ResourceNotificationService>(),
        app.Services.GetRequiredService<ResourceCommandService>());

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        await Task.WhenAll(_starts.Values);
        _end.Dispose();
    }

    private async Task WatchAsync(ResourceNotificationService notifications, ResourceCommandService commands)
    {
        try
        {
            await foreach (var seen in notifications.WatchAsync(_end.Token))
            {
                if (seen.Resource is ProjectResource && HasDied(seen.Snapshot))
                    _ = _starts.GetOrAdd(seen.ResourceId, id => StartAsync(commands, id));
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The shop closes.
        }
    }

    private async Task StartAsync(ResourceCommandService commands, string id)
    {
        // Not inside the notification that it answers.
        await Task.Yield();
        await commands.ExecuteCommandAsync(id, KnownResourceCommands.StartCommand, _end.Token);
        _starts.TryRemove(id, out var _);
    }

    private static bool HasDied(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.FailedToStart
            || (KnownResourceStates.TerminalStates.Contains(snapshot.State?.Text)
                && snapshot.ExitCode is not (null or 0));
}
