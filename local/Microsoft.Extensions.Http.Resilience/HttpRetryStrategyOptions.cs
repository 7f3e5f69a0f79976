using Polly;
using Polly.Retry;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>
/// How a request is tried again: three times, after growing and scattered delays that start at two seconds, or when the
/// server says so.
/// </summary>
public class HttpRetryStrategyOptions : RetryStrategyOptions<HttpResponseMessage>
{
    /// <summary>Options that retry every transient failure, whatever the method of the request.</summary>
    public HttpRetryStrategyOptions()
    {
        ShouldHandle = arguments => ValueTask.FromResult(
            HttpClientResiliencePredicates.IsTransient(arguments.Outcome)
            || HttpClientResiliencePredicates.IsConnectTimeout(arguments.Outcome, arguments.Context.CancellationToken));
        BackoffType = DelayBackoffType.Exponential;
        UseJitter = true;
        ShouldRetryAfterHeader = true;
    }

    /// <summary>
    /// Whether a <c>Retry-After</c> header, in seconds or as a date, replaces the computed delay. On by default;
    /// setting it replaces the delay generator.
    /// </summary>
    public bool ShouldRetryAfterHeader
    {
        get;
        set
        {
            field = value;
            DelayGenerator = value ? arguments => ValueTask.FromResult(RetryAfter(arguments.Outcome.Result)) : null;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage? response)
    {
        var header = response?.Headers.RetryAfter;
        var delay = header?.Delta ?? (header?.Date - TimeProvider.System.GetUtcNow());
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
