using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>On a resource that Aspire would run as a container: how this host runs it as a native process.</summary>
/// <param name="prepare">Makes all ready and says what to start. Called before every start.</param>
internal sealed class NativeServerAnnotation(Func<NativeServerContext, CancellationToken, Task<ProcessStart>> prepare) : IResourceAnnotation
{
    public Func<NativeServerContext, CancellationToken, Task<ProcessStart>> Prepare { get; } = prepare;
}

/// <summary>What a native server is given to start with.</summary>
internal sealed class NativeServerContext
{
    public required IResource Resource { get; init; }

    /// <summary>Where to listen, on the loopback address only. The same for the whole life of the host.</summary>
    public required int Port { get; init; }

    /// <summary>Exists, and is empty on first use. Kept over restarts of the host when the resource has a volume and this is not a test.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether the data outlives the host.</summary>
    public required bool KeepsData { get; init; }

    /// <summary>The resource's console.</summary>
    public required ILogger Log { get; init; }

    public required IServiceProvider Services { get; init; }

    /// <summary>Shows how far a long preparation has come.</summary>
    public required Action<string> Progress { get; init; }
}
