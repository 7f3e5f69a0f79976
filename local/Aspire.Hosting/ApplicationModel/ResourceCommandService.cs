using Aspire.Hosting.Local;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Gives commands to resources; see <see cref="KnownResourceCommands"/>.</summary>
public class ResourceCommandService
{
    private readonly IResourceControl _control;

    internal ResourceCommandService(IResourceControl control) => _control = control;

    /// <summary>Gives a command.</summary>
    /// <param name="resourceId">A replica's id, or the name of a resource with one replica.</param>
    /// <param name="commandName">The command.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var replicas = _control.Find(resourceId);
        return replicas.Count switch
        {
            0 => Task.FromResult(Failure($"There is no resource '{resourceId}' that takes commands.")),
            1 => ExecuteAsync(replicas[0], commandName, cancellationToken),
            _ => Task.FromResult(Failure($"'{resourceId}' has {replicas.Count} replicas: say which, or give the resource itself.")),
        };
    }

    /// <summary>Gives a command to all replicas of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="commandName">The command.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);

        var replicas = _control.Find(resource.Name);
        if (replicas.Count == 0) return Failure($"The resource '{resource.Name}' takes no commands.");

        var results = await Task.WhenAll(replicas.Select(replica => ExecuteAsync(replica, commandName, cancellationToken)));
        var failures = results.Where(result => !result.Success).ToArray();
        return failures.Length == 0
            ? new ExecuteCommandResult { Success = true }
            : new ExecuteCommandResult
            {
                Success = false,
                Canceled = failures.All(failure => failure.Canceled),
                Message = string.Join(" ", failures.Select(failure => failure.Message).Distinct()),
            };
    }

    private static async Task<ExecuteCommandResult> ExecuteAsync(IReplicaControl replica, string command, CancellationToken cancel)
    {
        try
        {
            var refusal = command switch
            {
                _ when command == KnownResourceCommands.StartCommand => await replica.StartAsync(cancel),
                _ when command == KnownResourceCommands.StopCommand => await replica.StopAsync(cancel),
                _ when command == KnownResourceCommands.RestartCommand => await replica.RestartAsync(cancel),
                _ => $"There is no command '{command}'.",
            };
            return refusal is null ? new ExecuteCommandResult { Success = true } : Failure(refusal);
        }
        catch (OperationCanceledException)
        {
            return new ExecuteCommandResult { Success = false, Canceled = true, Message = "The command was cancelled." };
        }
    }

    private static ExecuteCommandResult Failure(string message) => new() { Success = false, Message = message };
}

/// <summary>What came of a command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it did what it says.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it was given up.</summary>
    public bool Canceled { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; init; }
}
