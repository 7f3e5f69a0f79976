using System.Diagnostics;

namespace Shop.Gateway;

/// <summary>
/// Goes on with a caller's trace when it is one. Anything else in <c>traceparent</c> would become the id of our own spans,
/// and baggage would be carried through the whole house.
/// </summary>
internal sealed class CallersTrace : DistributedContextPropagator
{
    private readonly DistributedContextPropagator _inner = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => _inner.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => _inner.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        _inner.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
        if (!ActivityContext.TryParse(traceId, traceState, out _))
            traceId = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
