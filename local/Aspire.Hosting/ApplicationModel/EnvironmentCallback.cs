using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds environment variables when the resource starts.</summary>
public class EnvironmentCallbackAnnotation : IResourceAnnotation
{
    /// <summary>One variable.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="callback">Its value.</param>
    public EnvironmentCallbackAnnotation(string name, Func<string> callback)
        : this(context => context.EnvironmentVariables[name] = callback())
    {
    }

    /// <summary>Any variables.</summary>
    /// <param name="callback">Adds them.</param>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback)
        : this(context =>
        {
            callback(context);
            return Task.CompletedTask;
        })
    {
    }

    /// <summary>Any variables.</summary>
    /// <param name="callback">Adds them.</param>
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) => Callback = callback;

    /// <summary>Adds them.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; }
}

/// <summary>The environment of a resource that is about to start.</summary>
/// <param name="executionContext">The kind of run.</param>
/// <param name="environmentVariables">What is known so far.</param>
/// <param name="cancellationToken">Gives up.</param>
public class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext,
    Dictionary<string, object>? environmentVariables = null,
    CancellationToken cancellationToken = default)
{
    private readonly IResource? _resource;

    /// <summary>The environment of a resource that is about to start.</summary>
    /// <param name="executionContext">The kind of run.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="environmentVariables">What is known so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public EnvironmentCallbackContext(
        DistributedApplicationExecutionContext executionContext,
        IResource resource,
        Dictionary<string, object>? environmentVariables = null,
        CancellationToken cancellationToken = default)
        : this(executionContext, environmentVariables, cancellationToken) => _resource = resource;

    /// <summary>The variables: texts, numbers, and values that are asked when the resource starts.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];

    /// <summary>The kind of run.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>Gives up.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The resource's console.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>The resource.</summary>
    public IResource Resource => _resource ?? throw new InvalidOperationException("The context was made without a resource.");
}
