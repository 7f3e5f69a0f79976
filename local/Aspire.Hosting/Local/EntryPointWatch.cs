using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Local;

/// <summary>Follows an app host's entry point that a test runs. Several may be followed at one time, each on a thread of its own.</summary>
internal interface IEntryPointWatch
{
    void Creating(DistributedApplicationOptions options, HostApplicationBuilderSettings settings);

    void Created(DistributedApplicationBuilder builder);

    /// <summary>Holds the entry point until the test builds.</summary>
    void Building(DistributedApplicationBuilder builder);

    void Built(IHost host);

    /// <summary>Stands in for starting: the entry point waits until the test starts.</summary>
    Task StartAsync(CancellationToken cancel);

    /// <summary>Stands in for running: the entry point waits until the test is over.</summary>
    Task RunAsync(CancellationToken cancel);
}

internal static class EntryPointWatch
{
    private static readonly AsyncLocal<IEntryPointWatch?> Ambient = new();

    /// <summary>Who follows the entry point that the caller is part of.</summary>
    public static IEntryPointWatch? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }
}
