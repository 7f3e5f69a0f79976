using Polly.RateLimiting;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>How many requests may be under way at once: a thousand, and none waits.</summary>
public class HttpRateLimiterStrategyOptions : RateLimiterStrategyOptions;
