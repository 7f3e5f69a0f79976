using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The consoles of the resources: what they wrote, and what this host has to say about them.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceConsole> _consoles = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _replicas = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Called with the id of the replica for each line.</summary>
    internal event Action<string, LogLine>? Written;

    /// <summary>A logger that writes to a resource's console.</summary>
    /// <param name="resource">The resource.</param>
    public ILogger GetLogger(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);

        return new ResourceLogger([.. ReplicaIds.Of(resource).Select(ConsoleOf)]);
    }

    /// <summary>A logger that writes to a resource's console.</summary>
    /// <param name="resourceName">A resource's name or a replica's id.</param>
    public ILogger GetLogger(string resourceName) => new ResourceLogger([.. IdsOf(resourceName).Select(ConsoleOf)]);

    /// <summary>All that was kept (the last 10,000 lines), then what comes, until the resource's console is complete.</summary>
    /// <param name="resource">The resource.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);

        return WatchAsync(ReplicaIds.Of(resource));
    }

    /// <summary>All that was kept (the last 10,000 lines), then what comes, until the resource's console is complete.</summary>
    /// <param name="resourceName">A resource's name or a replica's id.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => WatchAsync(IdsOf(resourceName));

    /// <summary>All that was kept (the last 10,000 lines).</summary>
    /// <param name="resource">The resource.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);

        return GetAllAsync(ReplicaIds.Of(resource));
    }

    /// <summary>All that was kept (the last 10,000 lines).</summary>
    /// <param name="resourceName">A resource's name or a replica's id.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName) => GetAllAsync(IdsOf(resourceName));

    /// <summary>Nothing more will be written.</summary>
    /// <param name="resource">The resource.</param>
    public void Complete(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);

        foreach (var id in ReplicaIds.Of(resource)) ConsoleOf(id).Complete();
    }

    /// <summary>Ends all watching.</summary>
    public void Dispose()
    {
        foreach (var console in _consoles.Values) console.Complete();
        GC.SuppressFinalize(this);
    }

    internal void Register(IResource resource) => _replicas[resource.Name] = ReplicaIds.Of(resource);

    internal ResourceConsole ConsoleOf(string id) =>
        _consoles.GetOrAdd(id, static (id, all) => new ResourceConsole(line => all.Written?.Invoke(id, line)), this);

    private IReadOnlyList<string> IdsOf(string name) => _replicas.GetValueOrDefault(name) ?? [name];

    private async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(
        IReadOnlyList<string> ids, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var merged = Channel.CreateUnbounded<LogLine>();
        var open = ids.Count;
        var subscriptions = ids.Select(id => ConsoleOf(id).Subscribe(
            line => merged.Writer.TryWrite(line),
            () =>
            {
                if (Interlocked.Decrement(ref open) == 0) merged.Writer.TryComplete();
            })).ToArray();
        try
        {
            while (await merged.Reader.WaitToReadAsync(cancel))
            {
                var lines = new List<LogLine>();
                while (merged.Reader.TryRead(out var line)) lines.Add(line);
                yield return lines;
            }
        }
        finally
        {
            foreach (var subscription in subscriptions) subscription.Dispose();
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IReadOnlyList<string> ids)
    {
        await Task.CompletedTask;
        foreach (var id in ids) yield return ConsoleOf(id).Kept();
    }
}

/// <summary>A line of a resource's console.</summary>
/// <param name="LineNumber">Counts from 1.</param>
/// <param name="Content">The line.</param>
/// <param name="IsErrorMessage">Whether it came from standard error.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);
