using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known about a resource, or one replica of it, at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    private readonly ImmutableArray<HealthReportSnapshot> _healthReports = [];

    /// <summary>The kind of resource: <c>Project</c>, <c>Container</c>, ….</summary>
    public required string ResourceType { get; init; }

    /// <summary>More about it.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>When it was added, in UTC.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When it was last started, in UTC.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When it last ended, in UTC.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>The state; see <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>The exit code, when it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Null unless it runs. Healthy when it runs and has no checks; else as the worst check says.</summary>
    public HealthStatus? HealthStatus => State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(report => report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    /// <summary>What the checks say.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports
    {
        get => _healthReports;
        internal init => _healthReports = value;
    }

    /// <summary>Its environment.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Its addresses.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>Its lines to other resources.</summary>
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    /// <summary>Whether it is of no interest to people.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Done when the handlers of <see cref="ResourceReadyEvent"/> of this run are; null before it was ready.</summary>
    internal Task? Ready { get; init; }

    /// <summary>Whether this host is going to start it again by itself.</summary>
    internal bool WillRestart { get; init; }
}

/// <summary>A state.</summary>
/// <param name="Text">The state.</param>
/// <param name="Style">How it is shown; see <see cref="KnownResourceStateStyles"/>.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state without a style.</summary>
    /// <param name="s">The state.</param>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new ResourceStateSnapshot(s, null);
}

/// <summary>What a check says.</summary>
/// <param name="Name">The check.</param>
/// <param name="Status">The result; null when it has not run yet.</param>
/// <param name="Description">In words.</param>
/// <param name="ExceptionText">What went wrong.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    /// <summary>When it ran, in UTC.</summary>
    public DateTime? LastRunAt { get; init; }
}

/// <summary>An environment variable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsFromSpec">Whether the application set it.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>An address.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Url">The address.</param>
/// <param name="IsInternal">Whether it is of no interest to people.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>Whether nothing answers there now.</summary>
    public bool IsInactive { get; init; }
}

/// <summary>A line to another resource.</summary>
/// <param name="ResourceName">The other resource.</param>
/// <param name="Type">What the line means.</param>
public sealed record RelationshipSnapshot(string ResourceName, string Type);

/// <summary>A property.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether it must not be shown.</summary>
    public bool IsSensitive { get; init; }
}

/// <summary>A change of a resource or one replica of it.</summary>
/// <param name="resource">The resource.</param>
/// <param name="resourceId">The replica.</param>
/// <param name="snapshot">What is known now.</param>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The replica.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>What is known now.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
