using Polly.Timeout;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>How long a request, or one attempt at it, may take until its response's headers are there.</summary>
public class HttpTimeoutStrategyOptions : TimeoutStrategyOptions;
