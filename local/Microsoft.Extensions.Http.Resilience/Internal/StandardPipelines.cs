using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Registry;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>
/// Keeps the pipelines of all clients. They outlive the handlers, which the factory recycles every two minutes: a
/// breaker must not forget that it is open. Changed options rebuild the pipelines of their client.
/// </summary>
internal sealed class StandardPipelines(
    IOptionsMonitor<HttpStandardResilienceOptions> options,
    IOptionsMonitor<PipelineSelection> selections,
    ResilienceTelemetry telemetry) : IDisposable
{
    private readonly ResiliencePipelineRegistry<Key> _registry = new(new ResiliencePipelineRegistryOptions<Key>
    {
        BuilderFactory = () => new ResiliencePipelineBuilder { TelemetryListener = telemetry },
        BuilderNameFormatter = key => key.Name,
        InstanceNameFormatter = key => key.Instance,
    });

    /// <summary>The function that finds the pipeline for a request of one client.</summary>
    public Func<HttpRequestMessage, ResiliencePipeline<HttpResponseMessage>> For(string name)
    {
        var keyOf = selections.Get(name).KeyOf;
        return request =>
            _registry.GetOrAddPipeline<HttpResponseMessage>(new(name, keyOf?.Invoke(request) ?? ""), Build);
    }

    public void Dispose() => _registry.Dispose();

    private void Build(ResiliencePipelineBuilder<HttpResponseMessage> builder, ConfigureBuilderContext<Key> context)
    {
        ReloadOnChange(context);
        var chosen = options.Get(context.PipelineKey.Name);
        builder
            .AddStrategy(
                strategy => new ConcurrencyLimit(
                    new ConcurrencyLimiter(chosen.RateLimiter.DefaultRateLimiterOptions),
                    strategy.Telemetry),
                chosen.RateLimiter)
            .AddTimeout(chosen.TotalRequestTimeout)
            .AddRetry(chosen.Retry)
            .AddCircuitBreaker(chosen.CircuitBreaker)
            .AddTimeout(chosen.AttemptTimeout);
    }

    private void ReloadOnChange(ConfigureBuilderContext<Key> context)
    {
        var name = context.PipelineKey.Name;
        var changed = new CancellationTokenSource();
        var subscription = options.OnChange((_, changedName) =>
        {
            if (changedName == name)
                changed.Cancel();
        });
        context.AddReloadToken(changed.Token);
        context.OnPipelineDisposed(() =>
        {
            subscription?.Dispose();
            changed.Dispose();
        });
    }

    internal readonly record struct Key(string Name, string Instance);
}
