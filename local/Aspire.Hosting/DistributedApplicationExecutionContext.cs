namespace Aspire.Hosting;

/// <summary>The kind of run.</summary>
/// <param name="operation">Run or publish.</param>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>Run or publish. This host only runs.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether the application is being run.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Whether a description for another place is being made.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

/// <summary>Run or publish.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>The application runs on this machine.</summary>
    Run = 0,

    /// <summary>A description for another place is made.</summary>
    Publish = 1,
}
