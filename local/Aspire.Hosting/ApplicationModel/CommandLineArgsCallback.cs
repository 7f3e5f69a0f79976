using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds arguments when the resource starts.</summary>
public class CommandLineArgsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds arguments.</summary>
    /// <param name="callback">Adds them.</param>
    public CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) => Callback = callback;

    /// <summary>Adds arguments.</summary>
    /// <param name="callback">Adds them.</param>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback)
        : this(context =>
        {
            callback(context.Args);
            return Task.CompletedTask;
        })
    {
    }

    /// <summary>Adds them.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; }
}

/// <summary>The arguments of a resource that is about to start.</summary>
/// <param name="args">What is known so far.</param>
/// <param name="resource">The resource.</param>
/// <param name="cancellationToken">Gives up.</param>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>The arguments: texts, and values that are asked when the resource starts.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Gives up.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The kind of run.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; init; } = new(DistributedApplicationOperation.Run);

    /// <summary>The resource's console.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
