using Polly.CircuitBreaker;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>
/// When calls are refused at once because too many have failed: a tenth of at least a hundred within thirty seconds,
/// for five seconds.
/// </summary>
public class HttpCircuitBreakerStrategyOptions : CircuitBreakerStrategyOptions<HttpResponseMessage>
{
    /// <summary>Options that count every transient failure.</summary>
    public HttpCircuitBreakerStrategyOptions() =>
        ShouldHandle = arguments => ValueTask.FromResult(HttpClientResiliencePredicates.IsTransient(arguments.Outcome));
}
