namespace Aspire.StackExchange.Redis;

/// <summary>How a Redis client is registered.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>Where Redis is, in the form that <c>ConfigurationOptions.Parse</c> reads.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether there is no health check. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether there is no tracing. The client here has none, so the setting has no effect. Default false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Whether the connection is made at its first use and not at the start of the host. Default true.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
