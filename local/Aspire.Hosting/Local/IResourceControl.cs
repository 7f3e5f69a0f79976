namespace Aspire.Hosting.Local;

/// <summary>Finds what takes commands.</summary>
internal interface IResourceControl
{
    /// <summary>The replica of this id, or all replicas of the resource of this name.</summary>
    IReadOnlyList<IReplicaControl> Find(string name);
}

/// <summary>One replica that takes commands. Each answers null when done, else why not.</summary>
internal interface IReplicaControl
{
    Task<string?> StartAsync(CancellationToken cancel);

    Task<string?> StopAsync(CancellationToken cancel);

    Task<string?> RestartAsync(CancellationToken cancel);
}
