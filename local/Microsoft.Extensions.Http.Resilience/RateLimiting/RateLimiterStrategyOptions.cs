using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;

namespace Polly.RateLimiting;

/// <summary>How many executions may run at once.</summary>
public class RateLimiterStrategyOptions : ResilienceStrategyOptions
{
    /// <summary>Options that let a thousand executions run at once and none wait.</summary>
    public RateLimiterStrategyOptions() => Name = "RateLimiter";

    /// <summary>The numbers of executions that may run and that may wait.</summary>
    [Required]
    public ConcurrencyLimiterOptions DefaultRateLimiterOptions { get; set; } = new()
    {
        PermitLimit = 1000,
        QueueLimit = 0,
    };
}
