using System.Collections.Concurrent;

namespace Shop.Gateway.Limits;

/// <summary>
/// All counters of one time window. The first callers have a counter each. Any others share a fixed set of counters, so
/// that an attacker with many addresses can exhaust neither the memory nor the limit.
/// </summary>
internal sealed class CounterWindow(long index)
{
    // About 5 MB of counters per window.
    private const int MaxCallers = 20_000;

    // Many enough that few honest callers share a counter with an attacker.
    private const int SharedCounters = 1024;

    private readonly ConcurrentDictionary<string, RequestCounter> _callers = new();
    private readonly Lazy<RequestCounter[]> _shared = new(
        () => [.. Enumerable.Range(0, SharedCounters).Select(_ => new RequestCounter())]);
    private int _callerCount;

    public long Index => index;

    public IEnumerable<KeyValuePair<string, RequestCounter>> Callers => _callers;

    public RequestCounter Of(string caller)
    {
        if (_callers.TryGetValue(caller, out var known))
            return known;

        if (Volatile.Read(ref _callerCount) < MaxCallers && Interlocked.Increment(ref _callerCount) <= MaxCallers)
            return _callers.GetOrAdd(caller, static _ => new());

        return SharedCounterOf(caller);
    }

    /// <summary>The number of requests so far; creates no counter for an unknown caller.</summary>
    public long TotalOf(string caller) =>
        _callers.TryGetValue(caller, out var known)
            ? known.Total
            : _shared.IsValueCreated ? SharedCounterOf(caller).Total : 0;

    private RequestCounter SharedCounterOf(string caller) =>
        _shared.Value[(uint)caller.GetHashCode(StringComparison.Ordinal) % SharedCounters];
}
