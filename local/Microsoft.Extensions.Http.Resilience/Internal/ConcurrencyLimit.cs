using System.Threading.RateLimiting;
using Polly;
using Polly.RateLimiting;
using Polly.Telemetry;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>The outermost strategy: it refuses at once instead of letting requests pile up.</summary>
internal sealed class ConcurrencyLimit(RateLimiter limiter, ResilienceStrategyTelemetry telemetry)
    : ResilienceStrategy<HttpResponseMessage>, IDisposable
{
    public void Dispose() => limiter.Dispose();

    protected override async ValueTask<Outcome<HttpResponseMessage>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<HttpResponseMessage>>> callback,
        ResilienceContext context,
        TState state)
    {
        using var lease = await limiter.AcquireAsync(cancellationToken: context.CancellationToken);
        if (lease.IsAcquired)
            return await callback(context, state);

        var outcome = Outcome.FromException<HttpResponseMessage>(new RateLimiterRejectedException());
        telemetry.Report(new(ResilienceEventSeverity.Error, "OnRateLimiterRejected"), context, outcome, new Refused());
        return outcome;
    }

    private readonly record struct Refused;
}
