namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>How a context reaches its Postgres database.</summary>
public class NpgsqlEntityFrameworkCorePostgreSQLSettings
{
    /// <summary>The connection string of the database.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether a command that has failed for a passing reason is not tried again. Off by default.</summary>
    public bool DisableRetry { get; set; }

    /// <summary>Whether the context adds no health check. Off by default.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether Npgsql's spans are not collected. Off by default.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Whether Npgsql's metrics are not collected. Off by default.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>How long a command may take, in seconds; null is Npgsql's own thirty.</summary>
    public int? CommandTimeout { get; set; }
}
