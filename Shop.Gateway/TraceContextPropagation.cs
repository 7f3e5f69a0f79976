using System.Diagnostics;

namespace Shop.Gateway;

/// <summary>
/// Continues a caller's trace only when <c>traceparent</c> is valid: anything else would become the id of our own
/// spans. Baggage is dropped, because a caller could fill it with anything and every service would carry it on.
/// </summary>
internal sealed class TraceContextPropagation : DistributedContextPropagator
{
    private readonly DistributedContextPropagator _inner = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => _inner.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        _inner.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        _inner.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
        if (!ActivityContext.TryParse(traceId, traceState, out _))
            traceId = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier, PropagatorGetterCallback? getter) => null;
}
